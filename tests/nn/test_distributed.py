"""Several processes take the steps that one would: MPI's ranks, started as users start them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.distributed import World

PROGRAM = Path(__file__).with_name("ranks.py")
CASES = ["plain", "sum", "weights", "accumulate", "compiled"]
MPIEXEC = shutil.which("mpiexec", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def run(ranks: int, folder: Path, *words: str, fails: bool = False, program: list[str] | None = None) -> str:
    if ranks > 1:
        pytest.importorskip("mpi4py", reason="needs the extra distributed")
        if MPIEXEC is None:
            pytest.skip("there is no mpiexec; the extra distributed brings MPICH's")
    start = [str(MPIEXEC), "-n", str(ranks)] if ranks > 1 else []
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    root = str(PROGRAM.parents[2])
    done = subprocess.run(
        [*start, sys.executable, *(program or [str(PROGRAM), str(folder)]), *words],
        capture_output=True, text=True, timeout=120, env=os.environ | threads | {"PYTHONPATH": root},
    )  # fmt: skip
    assert (done.returncode != 0) == fails, done.stderr
    return done.stderr + done.stdout


def weights(folder: Path) -> dict[str, Any]:
    return nn.load(folder / "model.safetensors").state_dict()


def same(one: Path, other: Path) -> None:
    for name, array in weights(one).items():
        np.testing.assert_allclose(weights(other)[name], array, rtol=1e-10, atol=1e-13)
    rows = [np.genfromtxt(each / "history.csv", delimiter=",", names=True) for each in (one, other)]
    for name in rows[0].dtype.names:
        if name != "seconds":
            np.testing.assert_allclose(rows[0][name], rows[1][name], rtol=1e-9)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    run(1, folder, ",".join(CASES))
    return folder


def test_two_ranks_take_the_steps_of_one_process(alone: Path, tmp_path: Path) -> None:
    run(2, tmp_path, ",".join(CASES))
    for case in CASES:
        same(alone / case, tmp_path / case)
    run(2, tmp_path / "again", "plain,compiled")  # two numbers have one sum, in whatever order
    for case in ("plain", "compiled"):
        for name, array in weights(tmp_path / case).items():
            np.testing.assert_array_equal(weights(tmp_path / "again" / case)[name], array)


@pytest.mark.parametrize(("end", "others"), [("killed", [1, 3]), ("raises", [1])])
def test_a_rank_that_ends_ends_all_and_any_number_resumes(
    end: str, others: list[int], alone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp(end)
    told = run(2, tmp_path, "plain", end, fails=True)
    if end == "raises":
        assert "RuntimeError: the disk is gone" in told
        assert "rank 1 of 2 ended with RuntimeError; what was saved can be resumed on any number" in told
    assert (tmp_path / "plain" / "state" / "training.safetensors").is_file()
    assert not (tmp_path / "plain" / "model.safetensors").exists()
    for number in others:
        resumed = tmp_path_factory.mktemp(f"{end}{number}") / "run"
        shutil.copytree(tmp_path, resumed)
        run(number, resumed, "plain")
        same(alone / "plain", resumed / "plain")


def test_the_command_line_writes_one_run(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="needs the extra train")
    told = run(
        2, tmp_path, "iris", "--epochs", "2", "--out", str(tmp_path / "runs" / "iris"), program=["-m", "nn", "train"]
    )
    assert told.count("saved in") == 1
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["iris"]
    assert len(nn.load_run(tmp_path / "runs" / "iris").model.state_dict()) > 0


class Alone:
    """A communicator of one rank among several, for what needs no other."""

    def __init__(self, rank: int, size: int) -> None:
        self.Get_rank, self.Get_size = (lambda: rank), (lambda: size)
        self.allgather = lambda told: [told]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [1, 2, 12])
def test_every_row_is_one_ranks(size: int, count: int) -> None:
    x, y, w = np.arange(count), np.arange(count) * 10, np.arange(count) + 1.0
    parts = [World(Alone(rank, size)).part(((x, x), y, w)) for rank in range(size)]
    assert np.concatenate([part[1] for part, _ in parts]).tolist() == y.tolist()
    assert np.concatenate([part[0][1] for part, _ in parts]).tolist() == x.tolist()
    assert sum(share for _, share in parts) == pytest.approx(1.0)
    assert sum(World(Alone(rank, size)).part((x, y))[1] for rank in range(size)) == pytest.approx(1.0)


@pytest.mark.parametrize("wrap", [lambda loader: loader, nn.Prefetch])
def test_the_order_of_the_samples_is_the_first_ranks(wrap: Any) -> None:
    model = nn.Linear(1, 1)
    optimizer = nn.SGD(model.parameters())
    loaders = [wrap(nn.DataLoader((np.arange(30), np.arange(30)), batch_size=30, shuffle=True)) for _ in range(2)]
    told: list[Any] = []
    for rank, loader in enumerate(loaders):
        communicator = Alone(rank, 2)
        communicator.bcast = lambda own: told.append(own) or told[0]  # type: ignore[attr-defined]
        World(communicator).agree(model, optimizer, loader)
    first, second = (next(iter(loader))[1].tolist() for loader in loaders)
    assert first == second != list(range(30))


def test_what_needs_the_whole_batch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import nn.training.stepping as stepping

    monkeypatch.setattr(stepping, "world", lambda: World(Alone(0, 2)))
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    trainer = nn.Trainer(model, loss="mse", optimizer="sgd")
    with pytest.raises(ValueError, match="Sequential cannot be trained by several processes: BatchNorm1d normalises"):
        trainer.fit(np.ones((4, 2)), np.ones((4, 2)), epochs=1, progress=False)
