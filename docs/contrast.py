"""How far texts and outlines of a picture stand out, as the Web Content Accessibility Guidelines measure it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NamedTuple

SPACE = "{http://www.w3.org/2000/svg}"
TEXT, OUTLINE = 4.5, 3.0  # what the guidelines ask for


class Contrast(NamedTuple):
    """One text or outline, and its contrast with what lies under it."""

    found: float
    wanted: float
    what: str


def contrast(one: str, other: str) -> float:
    """The ratio of two colours' luminances."""

    def luminance(colour: str) -> float:
        named = {"white": "#ffffff", "black": "#000000"}
        digits = named.get(colour, colour)[1:]
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def contrasts(svg: str) -> list[Contrast]:
    """Of every text with its box, and of every outline and edge with the card.

    All lies on a card of one colour, which reaches the picture's edges: light or dark around it does not matter.

    Raises:
        ValueError: There is no such card.
    """
    root = ET.fromstring(svg)
    whole = next(g for g in root.iter(f"{SPACE}g") if g.get("class") == "graph")
    card = whole.find(f"{SPACE}polygon")
    paper = "" if card is None else card.get("fill", "")
    if card is None or not (paper.startswith("#") or paper == "white"):
        raise ValueError("the picture lies on no card of its own")
    xs, ys = zip(*(map(float, point.split(",")) for point in card.get("points", "").split()), strict=True)
    _, _, width, height = map(float, root.get("viewBox", "").split())
    if max(xs) - min(xs) < width - 1 or max(ys) - min(ys) < height - 1:
        raise ValueError("the card does not reach the picture's edges")
    found = []
    for group in whole.iter(f"{SPACE}g"):
        if (kind := group.get("class")) not in ("node", "edge", "cluster"):
            continue
        shapes = [s for tag in ("path", "polygon", "ellipse") for s in group.iter(f"{SPACE}{tag}")]
        fills = [s.get("fill", "") for s in shapes if kind == "node" and s.get("fill", "none") != "none"]
        ground = fills[-1] if fills else paper
        for text in group.iter(f"{SPACE}text"):
            found.append(Contrast(contrast(text.get("fill", "black"), ground), TEXT, "".join(text.itertext())))
        for shape in shapes:
            if (stroke := shape.get("stroke", "none")) not in ("none", "transparent"):
                found.append(Contrast(contrast(stroke, paper), OUTLINE, f"{kind} {group.get('id')}"))
    return found
