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
from typing import TYPE_CHECKING, Any

from autograd import MissingExtraError, ShapeError, files, require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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


def figure(width: float, height: float) -> Figure:
    """A Figure without a window, that shows itself in notebooks.

    Example:
        >>> from matplotlib.figure import Figure
        >>> isinstance(figure(4, 3), Figure)
        True
    """
    base = require("matplotlib.figure", "viz").Figure

    class Picture(base):  # type: ignore[misc, valid-type]
        """A matplotlib Figure that IPython shows without pyplot."""

        def draw(self, renderer: Any) -> None:
            for axes in self.axes:  # one may have been made logarithmic since
                plain_numbers(axes)
            super().draw(renderer)

        def _repr_html_(self) -> str:
            stream = io.BytesIO()
            with style():
                self.savefig(stream, format="png", dpi=110)
            # With a palette it is a third of the size, and notebooks hold many.
            image = require("PIL.Image", "viz").open(stream).convert("RGB").quantize(256)
            stream = io.BytesIO()
            image.save(stream, format="png", optimize=True)
            data = b64encode(stream.getvalue()).decode()
            return f'<img alt="{escape(in_words(self))}" src="data:image/png;base64,{data}">'

    drawn: Figure = Picture(figsize=(width, height), layout="constrained")
    return drawn


@contextmanager
def canvas(width: float, height: float, ax: Axes | None = None) -> Iterator[tuple[Figure, Any]]:
    """Drawing in one style: the Figure and its axes, those that were given or new ones.

    Example:
        >>> with canvas(4, 3) as (drawn, axes):
        ...     pass
        >>> with canvas(4, 3, axes) as again:
        ...     again == (drawn, axes)
        True
    """
    with style():
        if ax is None:
            drawn = figure(width, height)
            yield drawn, drawn.subplots()
        else:
            yield _figure_of(ax), ax


def grid(
    rows: int, columns: int, size: tuple[float, float], ax: Any = None, needed: int | None = None
) -> tuple[Figure, list[Any]]:
    """Axes in rows and columns, row by row: new ones, or those that were given, of which there must be enough.

    Args:
        rows: How many rows of new axes.
        columns: How many in each.
        size: Of the new Figure, in inches.
        ax: Axes, or an array or list of them.
        needed: How many are drawn on; by default all.

    Raises:
        ShapeError: Fewer axes were given than are needed.
    """
    if ax is None:
        drawn = figure(*size)
        return drawn, list(drawn.subplots(rows, columns, squeeze=False).ravel())
    given = list(ax.ravel() if hasattr(ax, "ravel") else ax if isinstance(ax, (list, tuple)) else [ax])
    needed = rows * columns if needed is None else needed
    if len(given) < needed:
        raise ShapeError(f"ax= holds {len(given)} axes, and {needed} are drawn on: give plt.subplots(1, {needed})[1]")
    return _figure_of(given[0]), given


def _figure_of(ax: Any) -> Figure:
    if not hasattr(ax, "figure") or not hasattr(ax, "plot"):
        raise TypeError(f"ax= is a {type(ax).__name__}: expected matplotlib's axes, such as plt.subplots()[1]")
    drawn: Figure = ax.figure
    return drawn


def plain_numbers(axes: Axes) -> None:
    """Write 0.01 beside a logarithmic scale, where matplotlib writes TeX, which is not set here."""
    ticker = require("matplotlib.ticker", "viz")

    class Plain(ticker.Formatter):  # type: ignore[misc, name-defined]
        """Names the places that another formatter names."""

        def __init__(self, other: Any) -> None:
            self.other = other

        def set_locs(self, locs: Any) -> None:
            self.other.set_locs(locs)

        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:g}" if self.other(x, pos) else ""

    for axis in (axes.xaxis, axes.yaxis):
        if isinstance(axis.get_major_formatter(), ticker.LogFormatterMathtext):
            axis.set_major_formatter(Plain(axis.get_major_formatter()))
        if isinstance(axis.get_minor_formatter(), ticker.LogFormatterMathtext):
            axis.set_minor_formatter(Plain(axis.get_minor_formatter()))


def in_words(drawn: Figure) -> str:
    """What a Figure shows, for who cannot see it: titles, what the axes are, the legends' names.

    Example:
        >>> with canvas(4, 3) as (drawn, axes):
        ...     _ = axes.plot([3, 1], label="training")
        ...     _ = axes.set(title="loss", xlabel="epoch"), axes.legend()
        >>> in_words(drawn)
        'Diagram: loss, over epoch, of training'
    """
    heading = drawn.get_suptitle() if hasattr(drawn, "get_suptitle") else ""
    parts = [heading] if heading else []
    for axes in drawn.axes:
        what = axes.get_title() or axes.get_ylabel()
        legend = axes.get_legend()
        names = ", ".join(text.get_text() for text in legend.get_texts()) if legend else ""
        told = what + (f", over {axes.get_xlabel()}" if axes.get_xlabel() else "") + (f", of {names}" if names else "")
        parts += [told] if told else []
    return f"Diagram: {'; '.join(parts)}" if parts else f"Diagram of {len(drawn.axes)} parts"


def save(drawn: Any, path: str | Path, title: str | None = None) -> None:
    """Write a Figure to a file whose ending says the format (.svg, .png, .pdf).

    An SVG file holds text as text, and neither a date nor random names: equal figures make equal files.

    Args:
        drawn: The Figure.
        path: The file.
        title: What the file says of itself.
    """
    path, file = Path(path), io.BytesIO()
    ending = path.suffix.lower().removeprefix(".")
    metadata: dict[str, str | None] = {"Title": title} if title else {}
    if ending == "svg":
        metadata["Date"] = None
    with style():
        for text in drawn.findobj(require("matplotlib.text", "viz").Text):  # a title may have been set elsewhere
            text.set_usetex(False)
            text.set_parse_math(False)
        drawn.savefig(file, format=ending or "png", metadata=metadata)
    files.write(path if ending else path.with_name(f"{path.name}.png"), file.getvalue())


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


# Frames, some more at the most, that the colours of an animation are chosen from.
PALETTE_FRAMES = 6


class Animation:
    """Frames drawn one after the other; a notebook plays them.

    Attributes:
        figure: The Figure they are drawn on.
        frames: How many there are.

    Example:
        >>> from nn.pictures import descent_animation
        >>> animation = descent_animation(steps=1)
        >>> animation.frames, animation.gif()[:6]
        (2, b'GIF89a')
    """

    def __init__(self, drawn_on: Any, draw: Callable[[int], None], frames: int, interval: int = 200) -> None:
        animation = require("matplotlib.animation", "viz")
        if type(drawn_on.canvas) is require("matplotlib.backend_bases", "viz").FigureCanvasBase:  # no window's
            require("matplotlib.backends.backend_agg", "viz").FigureCanvasAgg(drawn_on)
        self.figure = drawn_on
        self.frames = frames
        self._rate = 1000 / interval  # frames a second
        self._draw = draw
        self._writers = animation

    def _file(self, writer: Any, ending: str, dpi: int | None = None) -> bytes:
        """Draw each frame once. They are laid out alike, as the first, so that nothing moves that does not change."""
        with style(), TemporaryDirectory() as folder:
            path = Path(folder) / f"frames{ending}"
            self._draw(0)
            layout = self.figure.get_layout_engine()
            shown_at, self.figure.dpi = self.figure.dpi, dpi or self.figure.dpi
            try:
                self.figure.draw_without_rendering()
                self.figure.set_layout_engine("none")
                with writer.saving(self.figure, path, dpi):
                    for number in range(self.frames):
                        self._draw(number)
                        writer.grab_frame()
            finally:
                self.figure.dpi = shown_at
                self.figure.set_layout_engine(layout or "none")
            return path.read_bytes()

    @property
    def html(self) -> str:
        """A player as HTML, with the frames inside it: no network is needed."""
        text = self._file(
            self._writers.HTMLWriter(self._rate, embed_frames=True, default_mode="loop"), ".html"
        ).decode()
        # matplotlib's player fetches its icons from elsewhere; characters do as well.
        text = re.sub(r"<link\b[^>]*>", "", text)
        return re.sub(
            r'<i class="fa fa-([\w-]+)( [\w -]+)?"></i>', lambda found: ICONS.get("".join(found.groups("")), "•"), text
        )

    def save(self, path: str | Path) -> Path:
        """Write the animation.

        Args:
            path: ``.gif``, ``.mp4``, or ``.html`` for a page with a player.

        Raises:
            ValueError: Another ending.
            MissingExtraError: An MP4 is written by the program ``ffmpeg``, which is not on the PATH.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending == ".html":
            page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{path.stem}</title>{self.html}</html>'
            files.write(path, page)
        elif ending == ".gif":
            files.write(path, self.gif())
        elif ending == ".mp4":
            if not self._writers.FFMpegWriter.isAvailable():
                raise MissingExtraError(f"{path.name}: an MP4 needs the program ffmpeg on the PATH; .gif needs nothing")
            # Most players know this colour format alone, and it wants an even number of pixels.
            even = ["-pix_fmt", "yuv420p", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2"]
            files.write(path, self._file(self._writers.FFMpegWriter(self._rate, extra_args=even), ending))
        else:
            raise ValueError(f"{path.name}: an animation is saved as .gif, .mp4 or .html")
        return path

    def gif(self, dpi: int = 100) -> bytes:
        """The frames as an animated GIF, which every viewer plays."""
        image = require("PIL.Image", "viz")
        frames: list[Any] = []

        class Writer(self._writers.PillowWriter):  # type: ignore[misc, name-defined]
            def grab_frame(self, **_: Any) -> None:
                stream = io.BytesIO()
                self.fig.savefig(stream, format="rgba", dpi=self.dpi)
                frames.append(image.frombytes("RGBA", self.frame_size, stream.getvalue()).convert("RGB"))

            def finish(self) -> None:
                # By one palette, without dithering, frames are equal but for what moves, and only that is written: a
                # fifteenth of what matplotlib's writer takes.
                some = frames[:: max(1, len(frames) // PALETTE_FRAMES)]
                beside = image.new("RGB", (some[0].width, some[0].height * len(some)))
                for place, frame in enumerate(some):
                    beside.paste(frame, (0, place * frame.height))
                palette = beside.quantize(256, dither=image.Dither.NONE)
                first, *others = (frame.quantize(palette=palette, dither=image.Dither.NONE) for frame in frames)
                first.save(self.outfile, save_all=True, append_images=others, duration=round(1000 / self.fps), loop=0)

        return self._file(Writer(self._rate), ".gif", dpi)

    def _repr_html_(self) -> str:
        # An image, since a notebook that is not trusted, and every static viewer, lets no player play.
        data = b64encode(self.gif(dpi=72)).decode()
        axes = self.figure.axes
        what = axes[0].get_title() if axes else ""
        return f'<img alt="Animation of {self.frames} frames: {escape(what)}" src="data:image/gif;base64,{data}">'

    def __repr__(self) -> str:
        return f"<animation of {self.frames} frames>"
