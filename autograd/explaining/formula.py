"""Formulas: any rule of the book, run on symbols instead of numbers, becomes an expression that can be read.

A rule is code such as ``-g * y / b``. Given symbols for g, y and the inputs (`autograd.explaining.symbols`), the
same code builds a tree, and the tree is written as text or LaTeX (`autograd.explaining.notation`). No formula is
written a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from autograd.explaining import notation
from autograd.explaining.symbols import Expression, Shape, apply, as_expression, symbol
from autograd.rules.primitive import BOOK, Primitive


@dataclass(frozen=True)
class Formula:
    """A formula, to be written in several notations.

    Attributes:
        expression: What it says, as a tree.
    """

    expression: Expression

    @cached_property
    def text(self) -> str:
        """Plain text with Unicode signs, e.g. ``−y / b``."""
        return notation.text(self.expression)

    @cached_property
    def latex(self) -> str:
        """LaTeX for mathematics mode, without dollar signs."""
        return notation.latex(self.expression)

    def __str__(self) -> str:
        return self.text


def operand_names(rule: Primitive, arity: int | None = None) -> tuple[str, ...]:
    """What the rule itself calls its inputs; numbered where their count varies.

    Example:
        >>> from autograd import BOOK
        >>> operand_names(BOOK["divide"]), operand_names(BOOK["affine"], 5)
        (('a', 'b'), ('b', 'w1', 'w2', 'x1', 'x2'))
    """
    written = rule.pull or next((vjp for vjp in rule.vjps if vjp is not None), None)
    if written is None:
        return tuple(f"x{i + 1}" for i in range(arity or (1 if rule.ufunc is None else rule.ufunc.nin)))
    code = written.__code__
    fixed = code.co_varnames[2 : code.co_argcount]
    if rule.pull is None:
        return fixed[: len(rule.vjps)]
    count = (arity or len(fixed) + 2) - len(fixed)
    groups = ("w", "x") if "wx" in code.co_varnames else ("x",)  # b + Σ w x lists all w, then all x
    each = count // len(groups)
    return (*fixed, *(f"{letter}{i + 1}" for letter in groups for i in range(each)))


def derivatives(
    rule: Primitive,
    attrs: dict[str, Any] | None = None,
    arity: int | None = None,
    *,
    operands: Sequence[str | complex] | None = None,
    output: str = "y",
    shapes: Sequence[Shape] | None = None,
    upstream: str | None = None,
) -> tuple[Formula | None, ...]:
    r"""∂y/∂xᵢ of a primitive y = f(x₀, x₁, …) for each input as a formula, by running its rule on symbols with g = 1.

    Args:
        rule: An entry of the rule book.
        attrs: The primitive's other arguments, such as ``slope`` or ``axis``.
        arity: The number of inputs, where it varies.
        operands: A name, or a number for a constant, for each input; by default the names that the rule uses.
        output: A name for y.
        shapes: For arrays: each input's shape. A local derivative is then a whole matrix, so what is given is the
            vector-Jacobian product, in terms of the upstream gradient.
        upstream: A name for g = ∂L/∂y, to have the contribution g · ∂y/∂xᵢ instead.

    Returns:
        The formula; None where the input has no derivative (a condition), or where a user's own rule
        cannot be written as one.

    Example:
        >>> from autograd import BOOK
        >>> str(derivatives(BOOK["tanh"])[0]), str(derivatives(BOOK["divide"])[1])
        ('1 − tanh²(x)', '−y / b')
        >>> derivatives(BOOK["power"], operands=["a", 3.0])[0].latex
        '3 \\, a^{2}'
        >>> str(derivatives(BOOK["matmul"], shapes=[(5, 3), (3, 2)])[0])
        'g @ bᵀ'
    """
    settings = tuple((attrs or {}).items())
    names = None if operands is None else tuple(operands)
    sizes = None if shapes is None else tuple(shapes)
    key = (rule, settings, arity, names, output, sizes, upstream)
    try:
        try:
            return _remembered(*key)
        except TypeError:  # an attribute that cannot be hashed, such as an index array
            return _derivatives(*key)
    except Exception:
        if BOOK.get(rule.name) is rule:
            raise
        # A user's own rule may be any Python code, which need not make sense for symbols: then it has no formula.
        return (None,) * len(names if names is not None else rule.vjps)


def _derivatives(
    rule: Primitive,
    attrs: tuple[tuple[str, Any], ...],
    arity: int | None,
    operands: tuple[str | complex, ...] | None,
    output: str,
    shapes: tuple[Shape, ...] | None,
    upstream: str | None,
) -> tuple[Formula | None, ...]:
    settings = dict(attrs)
    count = next((len(given) for given in (operands, shapes) if given is not None), arity)
    names = operand_names(rule, count) if operands is None else operands
    sizes: Sequence[Shape] = shapes or [()] * len(names)
    inputs = [symbol(x, size) if isinstance(x, str) else as_expression(x) for x, size in zip(names, sizes, strict=True)]
    whole = apply(rule, inputs, settings).shape if shapes else ()
    y = symbol(output, whole)
    if shapes and upstream is None:
        upstream = "g"
    g = as_expression(1.0) if upstream is None else symbol(upstream, whole)
    if rule.pull is not None:
        shares = rule.pull(g, y, *inputs, **settings)
    else:
        shares = [None if vjp is None else vjp(g, y, *inputs, **settings) for vjp in rule.vjps]
    return tuple(None if share is None else Formula(as_expression(share)) for share in shares)


_remembered = lru_cache(maxsize=4096)(_derivatives)


def forward_formula(
    rule: Primitive, attrs: dict[str, Any] | None = None, operands: Sequence[str | complex] | None = None
) -> Formula:
    """The primitive itself, applied to named operands or numbers.

    Example:
        >>> from autograd import BOOK
        >>> str(forward_formula(BOOK["multiply"], operands=["a", "b"])), forward_formula(BOOK["exp"]).latex
        ('a · b', 'e^{x}')
    """
    names = operand_names(rule) if operands is None else operands
    inputs = [symbol(x) if isinstance(x, str) else as_expression(x) for x in names]
    return Formula(Expression(rule=rule, operands=tuple(inputs), attrs=attrs))
