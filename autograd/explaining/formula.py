"""Formulas: any rule of the book, run on symbols instead of numbers, becomes an expression that can be read.

A rule is code such as ``g * (1 - y * y)``. Given symbols for g, y and the inputs, the same code builds a tree, and the
tree is printed as text, as LaTeX or as JavaScript (`notation`). No formula is written a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from autograd.explaining import notation
from autograd.graph.operators import Operators
from autograd.rules import arithmetic
from autograd.rules.primitive import BOOK, Primitive

Shape = tuple[int, ...]

# Folded when all their operands are numbers; log 2 stays log 2, as one would write it.
_FOLDED = (
    arithmetic.add, arithmetic.subtract, arithmetic.multiply, arithmetic.divide, arithmetic.negative,
    arithmetic.equal, arithmetic.not_equal, arithmetic.greater, arithmetic.less,
    arithmetic.greater_equal, arithmetic.less_equal,
)  # fmt: skip


class Expression(Operators):
    """A symbol, a number, or a primitive of the rule book applied to expressions.

    Attributes:
        name: The symbol's name, for a symbol.
        number: The number, for a number.
        rule: The primitive, for an application.
        operands: What it is applied to.
        attrs: The primitive's other arguments.
        shape: The shape of what it stands for; () for a scalar.
    """

    __slots__ = ("attrs", "name", "number", "operands", "rule", "shape")

    def __init__(
        self,
        name: str | None = None,
        number: float | None = None,
        rule: Primitive | None = None,
        operands: tuple[Expression, ...] = (),
        attrs: dict[str, Any] | None = None,
        shape: Shape = (),
    ) -> None:
        self.name = name
        self.number = number
        self.rule = rule
        self.operands = operands
        self.attrs = attrs or {}
        self.shape = shape

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Expression:
        return simplified(apply(rule, [as_expression(x) for x in inputs], attrs))

    def __repr__(self) -> str:
        return f"Expression({notation.text(self)!r})"


def symbol(name: str, shape: Shape = ()) -> Expression:
    """A symbol for a number, or for an array of the given shape."""
    return Expression(name=name, shape=shape)


def as_expression(x: Any) -> Expression:
    """A number (or an array, which shows as its shape) as an expression; an expression as it is."""
    if isinstance(x, Expression):
        return x
    if np.ndim(x) == 0:
        return Expression(number=x if isinstance(x, bool) else float(x))
    return symbol(f"array{np.shape(x)}", np.shape(x))


def apply(rule: Primitive, operands: Sequence[Expression], attrs: dict[str, Any]) -> Expression:
    """The application of a primitive as it stands, nothing simplified."""
    shapes = [x.shape for x in operands]
    if not any(shapes) and rule.scalar is not None:
        shape: Shape = ()
    elif rule.elementwise:
        shape = np.broadcast_shapes(*shapes)
    else:  # on zeros that take no memory (whole numbers, which serve as class numbers too)
        with np.errstate(all="ignore"):
            shape = np.shape(rule.array(*(np.broadcast_to(0, s) for s in shapes), **attrs))
    return Expression(rule=rule, operands=tuple(operands), attrs=attrs, shape=shape)


# ---- light simplification: nothing that changes a value ------------------------------------------------------------


def simplified(e: Expression) -> Expression:
    """1·x, x + 0, −(−x) and the like written as one would by hand; the operands are simplified already."""
    rule, operands = e.rule, e.operands
    numbers = [x.number for x in operands]
    if rule in _FOLDED and None not in numbers:
        return as_expression(rule.on_floats(numbers, {}))
    reduced = None
    if rule is arithmetic.multiply:
        reduced = _product(*operands)
    elif rule is arithmetic.divide:
        reduced = _quotient(*operands)
    elif rule is arithmetic.add or rule is arithmetic.subtract:
        reduced = _sum(rule, *operands)
    elif rule is arithmetic.negative:
        reduced = operands[0].operands[0] if operands[0].rule is rule else None
    elif rule is arithmetic.power and numbers[1] == 1:
        reduced = operands[0]
    elif rule is arithmetic.power and numbers[1] == 2:
        reduced = apply(arithmetic.square, operands[:1], {})
    elif rule is arithmetic.where:
        reduced = _choice(*operands)
    return e if reduced is None or reduced.shape != e.shape else reduced


def _is_negative(x: Expression) -> bool:
    return x.rule is arithmetic.negative


def _negative(x: Expression) -> Expression:
    return simplified(apply(arithmetic.negative, [x], {}))


def _product(a: Expression, b: Expression) -> Expression | None:
    for one, other in ((a, b), (b, a)):
        if one.number == 1:
            return other
        if one.number == -1:
            return _negative(other)
        if _is_negative(one):
            return _negative(one.operands[0] * other)
    if b.number is not None and a.number is None:
        return apply(arithmetic.multiply, [b, a], {})
    return apply(arithmetic.square, [a], {}) if a.name is not None and a.name == b.name else None


def _quotient(a: Expression, b: Expression) -> Expression | None:
    if b.number == 1:
        return a
    return _negative(a.operands[0] / b) if _is_negative(a) else None


def _sum(rule: Primitive, a: Expression, b: Expression) -> Expression | None:
    if b.number == 0:
        return a
    if a.number == 0:
        return b if rule is arithmetic.add else _negative(b)
    if _is_negative(b):
        return a - b.operands[0] if rule is arithmetic.add else a + b.operands[0]
    return None


def _choice(condition: Expression, a: Expression, b: Expression) -> Expression | None:
    if condition.number is not None:
        return a if condition.number else b
    return None


# ---- what is asked for ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formula:
    """One formula in three notations.

    Attributes:
        text: Plain text with Unicode signs, e.g. ``1 − y²``.
        latex: LaTeX, without dollar signs.
        javascript: A JavaScript expression; functions beyond arithmetic are looked up in ``book``.
    """

    text: str
    latex: str
    javascript: str

    def __str__(self) -> str:
        return self.text


def formula(e: Expression) -> Formula:
    """An expression in all three notations."""
    return Formula(notation.text(e), notation.latex(e), notation.javascript(e))


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


def local_derivative(
    rule: Primitive,
    position: int,
    attrs: dict[str, Any] | None = None,
    arity: int | None = None,
    *,
    operands: Sequence[str | float] | None = None,
    output: str = "y",
    shapes: Sequence[Shape] | None = None,
    upstream: str | None = None,
) -> Formula | None:
    r"""∂y/∂xᵢ of a primitive y = f(x₀, x₁, …) as a formula, by running its rule on symbols with g = 1.

    Args:
        rule: An entry of the rule book.
        position: Which input i.
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
        >>> str(local_derivative(BOOK["tanh"], 0)), str(local_derivative(BOOK["divide"], 1))
        ('1 − y²', '−y / b')
        >>> local_derivative(BOOK["power"], 0, operands=["a", 3.0]).latex
        '3 \\, a^{2}'
        >>> str(local_derivative(BOOK["matmul"], 0, shapes=[(5, 3), (3, 2)]))
        'g @ bᵀ'
    """
    return derivatives(rule, attrs, arity, operands=operands, output=output, shapes=shapes, upstream=upstream)[position]


def derivatives(
    rule: Primitive,
    attrs: dict[str, Any] | None = None,
    arity: int | None = None,
    *,
    operands: Sequence[str | float] | None = None,
    output: str = "y",
    shapes: Sequence[Shape] | None = None,
    upstream: str | None = None,
) -> tuple[Formula | None, ...]:
    """`local_derivative` for every input at once."""
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
    operands: tuple[str | float, ...] | None,
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
    return tuple(None if share is None else formula(as_expression(share)) for share in shares)


_remembered = lru_cache(maxsize=4096)(_derivatives)


def forward_formula(
    rule: Primitive, attrs: dict[str, Any] | None = None, operands: Sequence[str | float] | None = None
) -> Formula:
    """The primitive itself, applied to named operands or numbers.

    Example:
        >>> from autograd import BOOK
        >>> str(forward_formula(BOOK["multiply"], operands=["a", "b"])), forward_formula(BOOK["exp"]).latex
        ('a · b', 'e^{x}')
    """
    names = operand_names(rule) if operands is None else operands
    inputs = [symbol(x) if isinstance(x, str) else as_expression(x) for x in names]
    return formula(Expression(rule=rule, operands=tuple(inputs), attrs=attrs))
