"""What all pictures share: colours, lettering, how a figure shows itself, and how it is saved."""

from __future__ import annotations

import io
import re
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from autograd import require

# Told apart by colour-blind readers too (M. Okabe and K. Ito, "Color Universal Design", 2008), darkest last.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
LINES = ("-", "--", "-.", ":")
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "gradbook",
    "text.parse_math": False,
    "text.usetex": False,  # whatever a matplotlibrc in the present folder says: it would run a program
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "legend.frameon": False,
    "animation.embed_limit": 50,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in this project's style."""
    matplotlib = require("matplotlib", "viz")
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A class may have a name in a script that matplotlib's own font lacks; the SVG's viewer has another font.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def figure(width: float, height: float) -> Any:
    """A Figure without a window, that shows itself in notebooks.

    Example:
        >>> from matplotlib.figure import Figure
        >>> isinstance(figure(4, 3), Figure)
        True
    """
    base = require("matplotlib.figure", "viz").Figure

    class Picture(base):  # type: ignore[misc, valid-type]
        """A matplotlib Figure that IPython shows without pyplot."""

        def _repr_png_(self) -> bytes:
            stream = io.BytesIO()
            with style():
                self.savefig(stream, format="png", dpi=110)
            # With a palette it is a third of the size, and notebooks hold many.
            image = require("PIL.Image", "viz").open(stream).convert("RGB").quantize(256)
            stream = io.BytesIO()
            image.save(stream, format="png", optimize=True)
            return stream.getvalue()

    return Picture(figsize=(width, height), layout="constrained")


def save(drawn: Any, path: str | Path, title: str | None = None) -> None:
    """Write a Figure to a file whose ending says the format (.svg, .png, .pdf).

    An SVG file holds text as text, and neither a date nor random names: equal figures make equal files.

    Args:
        drawn: The Figure.
        path: The file.
        title: What the file says of itself.
    """
    metadata: dict[str, str | None] = {"Title": title} if title else {}
    if Path(path).suffix == ".svg":
        metadata["Date"] = None
    with style():
        for text in drawn.findobj(require("matplotlib.text", "viz").Text):  # a title may have been set elsewhere
            text.set_usetex(False)
            text.set_parse_math(False)
        drawn.savefig(path, metadata=metadata)


def line_look(number: int) -> dict[str, Any]:
    """Colour and dashes of the n-th line."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": LINES[number // len(COLOURS) % len(LINES)]}


ICONS = {
    "minus": "−",
    "plus": "+",
    "fast-backward": "|◂◂",
    "fast-forward": "▸▸|",
    "step-backward": "|◂",
    "step-forward": "▸|",
    "play": "▶",
    "play fa-flip-horizontal": "◀",
    "pause": "||",
}


class Animation:
    """Frames drawn one after the other; a notebook plays them.

    Attributes:
        figure: The Figure they are drawn on.
        frames: How many there are.
    """

    def __init__(self, drawn_on: Any, draw: Callable[[int], None], frames: int, interval: int = 200) -> None:
        animation = require("matplotlib.animation", "viz")
        require("matplotlib.backends.backend_agg", "viz").FigureCanvasAgg(drawn_on)
        self.figure = drawn_on
        self.frames = frames
        self._interval = interval
        self._draw = draw
        self._animation: Any = animation

    def _made(self) -> Any:
        def frame(number: int) -> list[Any]:
            self._draw(number)
            return []

        return self._animation.FuncAnimation(
            self.figure, frame, frames=self.frames, interval=self._interval, init_func=list, blit=False
        )

    @property
    def html(self) -> str:
        """A player as HTML, with the frames inside it: no network is needed."""
        with style():
            text: str = self._made().to_jshtml(default_mode="loop")
        # matplotlib's player fetches its icons from elsewhere; characters do as well.
        text = re.sub(r"<link\b[^>]*>", "", text)
        return re.sub(
            r'<i class="fa fa-([\w-]+)( [\w -]+)?"></i>', lambda found: ICONS.get("".join(found.groups("")), "•"), text
        )

    def save(self, path: str | Path) -> Path:
        """Write the animation.

        Args:
            path: ``.gif``, or ``.html`` for a page with a player.

        Raises:
            ValueError: Another ending.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending == ".html":
            page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{path.stem}</title>{self.html}</html>'
            path.write_text(page, encoding="utf-8")
        elif ending == ".gif":
            path.write_bytes(self.gif())
        else:
            raise ValueError(f"{path.name}: an animation is saved as .gif or .html")
        return path

    def gif(self, dpi: int = 100) -> bytes:
        """The frames as an animated GIF, which every viewer plays."""
        with style(), TemporaryDirectory() as folder:
            path = Path(folder) / "frames.gif"
            self._made().save(path, writer=self._animation.PillowWriter(fps=1000 / self._interval), dpi=dpi)
            return path.read_bytes()

    def _repr_html_(self) -> str:
        # An image, since a notebook that is not trusted, and every static viewer, lets no player play.
        data = b64encode(self.gif(dpi=72)).decode()
        axes = self.figure.axes
        what = axes[0].get_title() if axes else ""
        return f'<img alt="Animation of {self.frames} frames: {escape(what)}" src="data:image/gif;base64,{data}">'

    def __repr__(self) -> str:
        return f"<animation of {self.frames} frames>"
