"""What a picture's parts look like: the scale for gradients, and the shapes that tell roles apart.

Colours alone tell nothing: an unusual gradient is marked beside its number too, and roles differ by outline.
"""

from __future__ import annotations

import math
from typing import Final

# Cold where a gradient vanishes, pale where it is of ordinary size, warm where it explodes: light enough for black text
# on top, and any two of them apart (ΔE of 15 and more) for readers who lack one kind of cone too; the tests hold both.
# Each step: below which size, fill, mark, words.
STEPS: Final = (
    (1e-8, "#5c92c1", "▼▼▼", "below 1e−8"),
    (1e-5, "#88c0f6", "▼▼", "1e−8 to 1e−5"),
    (1e-2, "#bde4ff", "▼", "1e−5 to 0.01"),
    (1.0, "#f7dab3", "", "0.01 to 1"),
    (100.0, "#efbb79", "", "1 to 100"),
    (1e5, "#ff8f1f", "▲", "100 to 1e5"),
    (math.inf, "#be8155", "▲▲", "1e5 and more"),
)
NO_GRADIENT: Final = ("#ffffff", "", "no gradient yet")
ZERO: Final = ("#c9cfce", "", "exactly 0")
NOT_A_NUMBER: Final = ("#d861f9", "✕", "NaN or ∞")
PLAIN: Final = "#ffffff"
# What a fill without a mark is called where a legend can show no colour.
COLOURS: Final = {"#f7dab3": "cream", "#efbb79": "tan", "#ffffff": "white", "#c9cfce": "grey"}

# A picture lies on a card of its own, so that it reads on a dark page too. On the card, text has a contrast of 4.5 and
# more, lines of 3 and more (Web Content Accessibility Guidelines 2.2, 1.4.3 and 1.4.11).
PAPER: Final = "#ffffff"
INK: Final = "#1d2430"
SOFT: Final = "#5a6577"
LINE: Final = "#848d9d"
FONT: Final = "Helvetica,Arial,sans-serif"

# Outlines by role: Graphviz's attributes, what one sees, and what it means.
OUTLINES: Final = {
    "leaf": ({"style": "filled", "penwidth": "2.2"}, "thick outline", "a leaf"),
    "input": ({"style": "filled", "penwidth": "1"}, "thin outline", "an input"),
    "constant": (
        {"style": "filled,dashed", "penwidth": "1", "color": SOFT},
        "dashed outline",
        "a constant, or detached",
    ),
    "computed": ({"style": "filled,rounded", "penwidth": "1"}, "round corners", "computed"),
    "output": ({"style": "filled,rounded", "penwidth": "1.2", "peripheries": "2"}, "double outline", "the output"),
    "group": ({"style": "filled,rounded", "penwidth": "2.2"}, "thick outline, round corners", "several nodes"),
}
# On top of these, where all that goes in is finite and what comes out is not.
ORIGIN: Final = ({"penwidth": "3", "color": "#a3195b"}, "red outline", "NaN or ∞ begins here")


def step_of(magnitude: float | None) -> tuple[str, str, str]:
    """Fill, mark and words for a gradient of this size; None stands for one that is not computed.

    Example:
        >>> step_of(0.5)
        ('#f7dab3', '', '0.01 to 1')
        >>> step_of(0.0)[1:], step_of(None)[2]
        (('', 'exactly 0'), 'no gradient yet')
    """
    if magnitude is None:
        return NO_GRADIENT
    if not math.isfinite(magnitude):
        return NOT_A_NUMBER
    if magnitude == 0:
        return ZERO
    return next((fill, mark, words) for limit, fill, mark, words in STEPS if magnitude < limit)
