"""How rules were said to HIPS autograd before 1.2, as methods of the primitive, which code of that age still does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograd.extend import OwnPrimitive, defvjp
from autograd.functional.spaces import vspace

__all__ = ["primitive"]


class OldPrimitive(OwnPrimitive):
    """A primitive that can be told its rules by methods, too."""

    def defvjp(self, rule: Callable[..., Any], argnum: int = 0) -> None:
        """Take ``rule(g, ans, vs, gvs, *args, **kwargs)`` for an argument, with the spaces of the argument and of g."""

        def maker(ans: Any, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
            return lambda g: rule(g, ans, vspace(args[argnum]), vspace(g), *args, **kwargs)

        defvjp(self, maker, argnums=[argnum])

    def defgrad(self, maker: Callable[..., Any], argnum: int = 0) -> None:
        """Take ``maker(ans, *args, **kwargs)`` for an argument: `autograd.extend.defvjp` for a single one."""
        defvjp(self, maker, argnums=[argnum])

    def defvjp_is_zero(self, argnums: Iterable[int] = (0,)) -> None:
        """Have no derivative for these arguments."""
        places = list(argnums)
        defvjp(self, *[None] * len(places), argnums=places)


def primitive(function: Callable[..., Any]) -> OldPrimitive:
    """As `autograd.extend.primitive`, whose result has these methods."""
    return OldPrimitive(function)
