"""Looking at a graph: pictures, the backward pass step by step, and the chain rule with its numbers.

* `autograd.draw.drawing`: ``ag.draw(L)``, pictures in six formats
* `autograd.draw.explain`: how one derivative comes about, path by path
* `autograd.draw.trace`: the backward pass as events, in the engine's own order
* `autograd.draw.formula`: a rule of the book as text and LaTeX
* `autograd.draw.page`: the page on which a graph's two passes are played

The package can be called: ``ag.draw(L)`` is ``autograd.draw.drawing.draw(L)``.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.draw.drawing import Drawing


class _Callable(ModuleType):
    """A package under whose name users find its main function."""

    def __call__(self, what: Any, **options: Any) -> Drawing:
        from autograd.draw.drawing import draw

        return draw(what, **options)


sys.modules[__name__].__class__ = _Callable
