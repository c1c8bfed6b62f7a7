"""Made by ``python -m tests.stubs --write`` from the rule book; do not edit."""

from typing import Self

from autograd.rules import Primitive

class FunctionsOfOne:
    def exp(self) -> Self:
        """y = eˣ"""
    def exp2(self) -> Self:
        """y = 2ˣ"""
    def expm1(self) -> Self:
        """y = eˣ − 1"""
    def log(self) -> Self:
        """y = ln x"""
    def log2(self) -> Self:
        """y = log₂ x"""
    def log10(self) -> Self:
        """y = log₁₀ x"""
    def log1p(self) -> Self:
        """y = ln(1 + x)"""
    def negative(self) -> Self:
        """y = −x"""
    def square(self) -> Self:
        """y = x²"""
    def reciprocal(self) -> Self:
        """y = 1 / x"""
    def sqrt(self) -> Self:
        """y = √x"""
    def cbrt(self) -> Self:
        """y = x^(1/3)"""
    def abs(self) -> Self:
        """y = |x|"""
    def sigmoid(self) -> Self:
        """y = 1 / (1 + e⁻ˣ)"""
    def softplus(self) -> Self:
        """y = ln(1 + eˣ)"""
    def relu(self) -> Self:
        """y = max(x, 0)"""
    def silu(self) -> Self:
        """y = x σ(x)"""
    def gelu(self) -> Self:
        """y = x Φ(x)"""
    def normal_cdf(self) -> Self:
        """y = Φ(x) = ½ (1 + erf(x / √2))"""
    def normal_pdf(self) -> Self:
        """y = φ(x) = exp(−x²/2) / √2π"""
    def sin(self) -> Self:
        """y = sin x"""
    def cos(self) -> Self:
        """y = cos x"""
    def tan(self) -> Self:
        """y = tan x"""
    def arcsin(self) -> Self:
        """y = arcsin x"""
    def arccos(self) -> Self:
        """y = arccos x"""
    def arctan(self) -> Self:
        """y = arctan x"""
    def sinh(self) -> Self:
        """y = sinh x"""
    def cosh(self) -> Self:
        """y = cosh x"""
    def tanh(self) -> Self:
        """y = tanh x"""
    def sech_squared(self) -> Self:
        """y = 1 / cosh² x = 1 − tanh² x"""
    def arcsinh(self) -> Self:
        """y = arsinh x"""
    def arccosh(self) -> Self:
        """y = arcosh x"""
    def arctanh(self) -> Self:
        """y = artanh x"""

def entries_of_one() -> list[Primitive]: ...
