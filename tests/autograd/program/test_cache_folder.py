"""The cache of compiled code: nobody else's to write to, and never where data may lie."""

import os
import stat
from pathlib import Path

import pytest

from autograd.program.native import cache_folder as room
from autograd.program.native.cache_folder import cache_folder

posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and permissions of POSIX systems")


@pytest.fixture
def base(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir(mode=0o700)
    return tmp_path / "cache"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def is_temporary(folder, base):
    return not folder.is_relative_to(base) and folder.name.startswith("gradbook-") and mode(folder) == 0o700


@posix
def test_it_is_made_for_the_user_alone(base):
    before = os.umask(0)
    try:
        assert cache_folder() == base / "gradbook"
    finally:
        os.umask(before)
    assert mode(base / "gradbook") == 0o700


@posix
def test_one_that_others_could_read_is_closed_and_kept(base):
    (base / "gradbook").mkdir()
    (base / "gradbook").chmod(0o755)
    (base / "gradbook" / "module.py").write_text("mine")
    assert cache_folder() == base / "gradbook"
    assert mode(base / "gradbook") == 0o700
    assert (base / "gradbook" / "module.py").read_text() == "mine"


@posix
@pytest.mark.parametrize("bits", [0o777, 0o775, 0o702, 0o1777])
def test_what_others_could_write_is_thrown_away(bits, base):
    (base / "gradbook" / "__pycache__").mkdir(parents=True)
    (base / "gradbook" / "__pycache__" / "module.nbi").write_bytes(b"a pickle of somebody")
    (base / "gradbook").chmod(bits)
    assert cache_folder() == base / "gradbook"
    assert mode(base / "gradbook") == 0o700
    assert list((base / "gradbook").iterdir()) == []


@posix
def test_anothers_folder_is_not_used(base, monkeypatch):
    (base / "gradbook").mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: base.stat().st_uid + 1)
    assert is_temporary(cache_folder(), base)


@posix
def test_a_link_to_elsewhere_is_not_followed(base, tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (base / "gradbook").symlink_to(tmp_path / "elsewhere")
    assert is_temporary(cache_folder(), base)


@posix
def test_nor_is_a_place_where_anybody_could_exchange_it(base):
    base.chmod(0o777)
    assert is_temporary(cache_folder(), base)
    base.chmod(0o1777)  # as /tmp
    assert cache_folder() == base / "gradbook"


@pytest.mark.parametrize("relative", ["cache", "./cache", "../cache", ""])
def test_a_relative_cache_home_is_ignored(relative, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", relative)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "gradbook"
    assert [each.name for each in tmp_path.iterdir()] == ["home"]


def test_without_a_place_of_ones_own_a_temporary_one_serves_the_process(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "cache"))
    assert is_temporary(cache_folder(), tmp_path / "file")
    assert cache_folder() is cache_folder()
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() is room._temporary()


@pytest.mark.parametrize("part", ["llvmlite.__version__", "llvmlite.binding.get_host_cpu_name"])
def test_machine_code_is_kept_for_one_llvm_and_one_processor(part, monkeypatch):
    pytest.importorskip("llvmlite")
    from autograd.program.native import machine

    machine._made_by.cache_clear()
    here = machine._digest("text")
    assert here != machine._digest("another text")
    monkeypatch.setattr(part, "another" if part.endswith("_") else lambda: "another")
    machine._made_by.cache_clear()
    try:
        assert machine._digest("text") != here
    finally:
        machine._made_by.cache_clear()
