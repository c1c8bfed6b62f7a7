"""Functions of the C library for floats of 32 bits, as loops of several lanes can have them: computed in 64 bits.

A call of C's `expf` for each number keeps a loop to one lane. These have no calls and no branches. What they give is
right to .51 units in the last place, since what is left out is below 10⁻¹⁰ of it.
"""

from __future__ import annotations

import math
from typing import Final

from autograd.program.native.values import float_of

__all__ = ["in_lanes"]

# eˣ = 2ᵏ eʳ with |r| ≤ ½ ln 2, by eʳ's series. Adding 3 · 2⁵¹ rounds to a whole number, which its lowest bits are then.
_ROUNDS: Final = 3.0 * 2**51
_EXP: Final = """
define internal double @exp_in_lanes(double %given) #1 {{
  %below = fcmp olt double %given, {least}
  %bounded = select i1 %below, double {least}, double %given
  %above = fcmp ogt double %bounded, {most}
  %x = select i1 %above, double {most}, double %bounded
  %scaled = fmul double %x, {per_two}
  %whole = fadd double %scaled, {rounds}
  %k = fsub double %whole, {rounds}
  %high = fmul double %k, {ln_two}
  %r = fsub double %x, %high
{series}
  %bits = bitcast double %whole to i64
  %power = shl i64 %bits, 52
  %y = bitcast double %sum to i64
  %both = add i64 %y, %power
  %found = bitcast i64 %both to double
  %nan = fcmp uno double %given, %given
  %result = select i1 %nan, double %given, double %found
  ret double %result
}}
"""
_DEGREE: Final = 8

# With e = e^−2|x|: tanh |x| = (1 − e) / (1 + e), which cancels next to 0, where its series is taken.
_TANH_SERIES: Final = (1.0, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925)
_SMALL: Final = 0.15
_WRAPPED: Final = {
    "exp": """
define internal float @expf_in_lanes(float %x) #1 {{
  %wide = fpext float %x to double
  %y = call double @exp_in_lanes(double %wide)
  %found = fptrunc double %y to float
  ret float %found
}}
""",
    "cosh": """
define internal float @coshf_in_lanes(float %x) #1 {{
  %wide = fpext float %x to double
  %e = call double @exp_in_lanes(double %wide)
  %inverse = fdiv double {one}, %e
  %sum = fadd double %e, %inverse
  %y = fmul double %sum, {half}
  %found = fptrunc double %y to float
  ret float %found
}}
""",
    "tanh": """
define internal float @tanhf_in_lanes(float %x) #1 {{
  %wide = fpext float %x to double
  %size = call double @llvm.fabs.f64(double %wide)
  %twice = fmul double %size, {minus_two}
  %e = call double @exp_in_lanes(double %twice)
  %upper = fsub double {one}, %e
  %lower = fadd double {one}, %e
  %far = fdiv double %upper, %lower
  %square = fmul double %wide, %wide
{series}
  %near = fmul double %size, %sum
  %is_near = fcmp olt double %size, {small}
  %y = select i1 %is_near, double %near, double %far
  %signed = call double @llvm.copysign.f64(double %y, double %wide)
  %found = fptrunc double %signed to float
  ret float %found
}}
""",
}

# How the C library's are called in the text of a function of floats, and what these are called here.
_CALLS: Final = {"@llvm.exp.f32(": "exp", "@coshf(": "cosh", "@tanhf(": "tanh"}
_EXP_OF_64: Final = "@llvm.exp.f64("  # of what is computed in 64 bits on the way


def _series(variable: str, coefficients: tuple[float, ...]) -> str:
    """Lines for ``%sum``, a polynomial, the constant first, by Horner's rule."""
    lines, sum_ = [], float_of(coefficients[-1])
    for number, coefficient in enumerate(reversed(coefficients[:-1])):
        last = number == len(coefficients) - 2
        lines.append(f"  %p{number} = fmul double {sum_}, %{variable}")
        sum_ = "%sum" if last else f"%s{number}"
        lines.append(f"  {sum_} = fadd double %p{number}, {float_of(coefficient)}")
    return "\n".join(lines)


def in_lanes(text: str, declared: set[str]) -> tuple[str, set[str]]:
    """A function of floats of 32 bits with these in place of calls of the C library's, and what it declares then."""
    used = {call: name for call, name in _CALLS.items() if call in text}
    if not used and _EXP_OF_64 not in text:
        return text, declared
    constants = {
        "one": float_of(1.0), "half": float_of(0.5), "minus_two": float_of(-2.0), "small": float_of(_SMALL),
        "series": _series("square", _TANH_SERIES),
    }  # fmt: skip
    found = _EXP.format(
        least=float_of(-200.0),
        most=float_of(200.0),
        per_two=float_of(1 / math.log(2)),
        rounds=float_of(_ROUNDS),
        ln_two=float_of(math.log(2)),
        series=_series("r", tuple(1 / math.factorial(n) for n in range(_DEGREE + 1))),
    )
    rest = {line for line in declared if not any(call in line for call in (*used, _EXP_OF_64))}
    text = text.replace(_EXP_OF_64, "@exp_in_lanes(")
    for call, name in used.items():
        found += _WRAPPED[name].format(**constants)
        text = text.replace(call, f"@{name}f_in_lanes(")
    if "tanh" in used.values():
        rest |= {"declare double @llvm.fabs.f64(double) #2", "declare double @llvm.copysign.f64(double, double) #2"}
    return found + text, rest
