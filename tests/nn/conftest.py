"""What several tests of the main job share: running a command, and writing IDX files."""

import struct
from dataclasses import dataclass

import numpy as np
import pytest

from nn.app import cli

TYPE_CODES = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}


@dataclass
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run ``python -m nn`` with these words, in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

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
