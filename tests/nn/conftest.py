"""What several tests of the main job share: running a command, and writing IDX files."""

import struct
from dataclasses import dataclass

import numpy as np
import pytest

from nn.app import cli, commands

TYPE_CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}


@dataclass
class Outcome:
    code: int
    out: str
    err: str


def leave_pictures_empty(patch):
    """Have runs hold empty files in place of their pictures, two thirds of a short run's time."""
    patch.setattr(commands, "_draw", lambda path, _: path.touch())


@pytest.fixture
def pictures():
    """What a test of the command asks for where pictures are to be drawn."""


@pytest.fixture
def command(request, tmp_path, monkeypatch, capsys):
    """Run ``python -m nn`` with these words, in this process, in an empty folder; pictures are empty files."""
    monkeypatch.chdir(tmp_path)
    if "pictures" not in request.fixturenames:
        leave_pictures_empty(monkeypatch)

    def run(*words):
        capsys.readouterr()
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as end:  # argparse: --help, and words it does not understand
            code = end.code
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def idx_bytes():
    """An array in IDX format, as NumPy would write it if it knew the format."""

    def encode(array):
        array = np.asarray(array)
        header = struct.pack(f">BBBB{array.ndim}I", 0, 0, TYPE_CODES[array.dtype.name], array.ndim, *array.shape)
        return header + array.astype(array.dtype.newbyteorder(">")).tobytes()

    return encode
