"""A few hundred mutants in every run of the tests; and whether the trial would notice."""

import functools
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import GradbookError

pytest.importorskip("safetensors", reason="checkpoints need safetensors, which is not installed")
if os.name != "posix" or not Path("/proc/self/statm").exists():
    pytest.skip("the clock and the bound on memory are those of Linux", allow_module_level=True)

from tests.hostile.__main__ import tried
from tests.hostile.guard import Guard
from tests.hostile.loaders import Loader, loaders

ROOT = Path(__file__).parents[2]


def test_some_hundred_mutants_of_every_kind_break_nothing():
    words = [sys.executable, "-m", "tests.hostile", "--mutants", "600", "--minutes", "2", "--seed", "0"]
    outcome = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert re.search(r"seed 0: 600 mutants in \d+ s, 0 broke something; at most [\d,]+ MB", outcome.stdout)
    read = {}
    for line in outcome.stdout.splitlines()[1:-1]:
        found = re.fullmatch(r"([\w ]+?)\s+50\s+(\d+)\s+[1-9]\d*\s+0\s+\d.*", line)  # some are refused
        assert found, line
        read[found[1]] = int(found[2])
    # Some are read, too; of the small file of a bare network, which is nearly all header, one in fifty at most.
    read["checkpoint"] += read["checkpoint of a run"]
    assert all(read.values()), read


def refuse(message):
    raise GradbookError(message)


def hide(path):
    """Fail at what is forbidden, and hide it."""
    try:
        path.read_bytes()
    except BaseException:
        refuse("no file")


FAULTS = {
    "a traceback": (lambda folder: [][0], "IndexError"),
    "a warning": (lambda folder: __import__("warnings").warn("careful", stacklevel=1), "UserWarning: careful"),
    "an escape code": (lambda folder: refuse("no \x1b[31mfile"), "commands a terminal"),
    "two lines": (lambda folder: refuse("no\nfile"), "commands a terminal"),
    "a long message": (lambda folder: refuse("x" * 5000), "a message of 5,000 characters"),
    "a file elsewhere": (lambda folder: Path("/etc/passwd").read_bytes(), "Violation: /etc/passwd is opened"),
    "a way out": (lambda folder: (folder / ".." / "x").read_bytes(), r"Violation: .*/x is opened \(r"),
    "hidden": (lambda folder: hide(Path("/etc/passwd")), "Violation: /etc/passwd is opened"),
    "a file written": (lambda folder: (folder / "x").write_bytes(b""), r"Violation: .*/x is opened \(w"),
    "a folder made": (lambda folder: (folder / "new").mkdir(), "Violation: os.mkdir"),
    "a file removed": (lambda folder: (folder / "good").unlink(), "Violation: os.remove"),
    "a program": (lambda folder: os.system("true"), "Violation: os.system"),
    "code": (
        lambda folder: exec(compile("1", str(folder / "tqdm.py"), "exec")),
        r"Violation: code of .*tqdm\.py is run",
    ),
    "no end": (lambda folder: __import__("time").sleep(30), "TimeoutError: no answer within"),
}


@pytest.fixture(scope="module")
def guard(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "good").write_text("good")
    return Guard(folder), folder


@pytest.mark.parametrize("name", FAULTS)
def test_a_loader_with_a_fault_is_noticed(name, guard, monkeypatch):
    monkeypatch.setattr("tests.hostile.guard.MOST_SECONDS", 0.1)
    fault, message = FAULTS[name]
    watched, folder = guard
    assert re.match(f".*{message}", tried(Loader([], None, lambda _: None, lambda _: fault(folder)), b"", watched))


def test_a_loader_without_a_fault_is_not(guard):
    watched, folder = guard
    again = functools.partial(folder.mkdir, exist_ok=True)
    for read, outcome in (
        ((folder / "good").read_bytes, "read"),
        (again, "read"),
        (lambda: refuse("no such file"), "refused"),
    ):
        assert tried(Loader([], None, lambda _: None, lambda _, read=read: read()), b"", watched) == outcome


def test_a_mutant_is_made_of_its_number_alone(tmp_path):
    for name, loader in loaders(tmp_path).items():
        first, again = (
            [loader.change(rng.choice(loader.seeds), rng, loader.seeds) for rng in map(random.Random, range(60))]
            for _ in range(2)
        )
        assert first == again, name
