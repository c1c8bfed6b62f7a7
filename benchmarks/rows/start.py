"""What a script waits for before its first line: the import, in a Python of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.harness import Contender, Row, Step


def _importing(modules: str) -> Step:
    # As on a user's machine, where Python keeps what it has compiled.
    environment = {name: x for name, x in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def step() -> tuple[float, ...]:
        subprocess.run([sys.executable, "-c", f"import {modules}"], env=environment, check=True)
        return ()

    return step


ROWS = (
    Row(
        key="L",
        title="a new Python, import, and its end",
        contenders=(
            Contender("gradbook", lambda: _importing("autograd"), threads=1),
            Contender(
                "Value and Tensor too",
                lambda: _importing("autograd; autograd.Value, autograd.Tensor"),
                threads=1,
            ),
            Contender("gradbook's nn", lambda: _importing("nn"), threads=1),
            Contender("NumPy alone", lambda: _importing("numpy"), threads=1),
            Contender("JAX", lambda: _importing("jax"), "jax", threads=1),
            Contender("PyTorch", lambda: _importing("torch"), "torch", threads=1),
        ),
        tolerance=0.0,
    ),
)
