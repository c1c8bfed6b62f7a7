"""What a picture's parts look like: the scale for gradients, and the shapes that tell roles apart.

Colours alone tell nothing: an unusual gradient is marked beside its number too, and roles differ by outline.
"""

from __future__ import annotations

import math
from typing import Final

# Cold where a gradient vanishes, pale where it is of ordinary size, warm where it explodes: light enough for black text
# on top, and apart for colour-blind readers too (blue against orange). Each step: below which size, fill, mark, words.
STEPS: Final = (
    (1e-8, "#8fb3e0", "▼▼▼", "below 1e−8"),
    (1e-5, "#b7cfee", "▼▼", "1e−8 to 1e−5"),
    (1e-2, "#dce8f7", "▼", "1e−5 to 0.01"),
    (1.0, "#fdf6e3", "", "0.01 to 1"),
    (100.0, "#fde8c4", "", "1 to 100"),
    (1e5, "#f9c27d", "▲", "100 to 1e5"),
    (math.inf, "#ef9a4d", "▲▲", "1e5 and more"),
)
NO_GRADIENT: Final = ("#ffffff", "", "no gradient yet")
ZERO: Final = ("#e3e5ea", "", "exactly 0")
NOT_A_NUMBER: Final = ("#f4b6d8", "✕", "NaN or ∞")
PLAIN: Final = "#ffffff"

# A picture lies on a card of its own, so that it reads on a dark page too. On the card, text has a contrast of 4.5 and
# more, lines of 3 and more (Web Content Accessibility Guidelines 2.2, 1.4.3 and 1.4.11).
PAPER: Final = "#ffffff"
INK: Final = "#1d2430"
SOFT: Final = "#5a6577"
LINE: Final = "#848d9d"
FONT: Final = "Helvetica,Arial,sans-serif"

# Outlines by role: Graphviz's attributes, and what the legend says.
OUTLINES: Final = {
    "leaf": ({"style": "filled", "penwidth": "2.2"}, "a leaf"),
    "input": ({"style": "filled", "penwidth": "1"}, "an input"),
    "constant": ({"style": "filled,dashed", "penwidth": "1", "color": SOFT}, "a constant"),
    "computed": ({"style": "filled,rounded", "penwidth": "1"}, "computed"),
    "output": ({"style": "filled,rounded", "penwidth": "1.2", "peripheries": "2"}, "the output"),
    "group": ({"style": "filled,rounded", "penwidth": "1", "shape": "box3d"}, "several nodes"),
}
# On top of these, where all that goes in is finite and what comes out is not.
ORIGIN: Final = ({"penwidth": "3", "color": "#a3195b"}, "NaN or ∞ begins here")


def step_of(magnitude: float | None) -> tuple[str, str, str]:
    """Fill, mark and words for a gradient of this size; None stands for one that is not computed.

    Example:
        >>> step_of(0.5)
        ('#fdf6e3', '', '0.01 to 1')
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
