"""Made by ``python -m tests.stubs --write`` from the rule book; do not edit."""

from autograd.rules.primitive import Primitive

__all__ = [
    "abs",
    "add",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "binary_cross_entropy",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "direction",
    "divide",
    "equal",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "fmod",
    "gelu",
    "greater",
    "greater_equal",
    "hypot",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "lowered_power",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "normal_cdf",
    "normal_pdf",
    "not_equal",
    "peak",
    "power",
    "reciprocal",
    "relu",
    "remainder",
    "rint",
    "sech_squared",
    "share",
    "sigmoid",
    "sign",
    "signbit",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "tanh",
    "trunc",
    "where",
]

abs: Primitive
add: Primitive
arccos: Primitive
arccosh: Primitive
arcsin: Primitive
arcsinh: Primitive
arctan: Primitive
arctan2: Primitive
arctanh: Primitive
binary_cross_entropy: Primitive
cbrt: Primitive
ceil: Primitive
cos: Primitive
cosh: Primitive
direction: Primitive
divide: Primitive
equal: Primitive
exp: Primitive
exp2: Primitive
expm1: Primitive
floor: Primitive
floor_divide: Primitive
fmod: Primitive
gelu: Primitive
greater: Primitive
greater_equal: Primitive
hypot: Primitive
isfinite: Primitive
isinf: Primitive
isnan: Primitive
less: Primitive
less_equal: Primitive
log: Primitive
log1p: Primitive
log2: Primitive
log10: Primitive
logaddexp: Primitive
logical_and: Primitive
logical_not: Primitive
logical_or: Primitive
logical_xor: Primitive
lowered_power: Primitive
maximum: Primitive
minimum: Primitive
multiply: Primitive
negative: Primitive
normal_cdf: Primitive
normal_pdf: Primitive
not_equal: Primitive
peak: Primitive
power: Primitive
reciprocal: Primitive
relu: Primitive
remainder: Primitive
rint: Primitive
sech_squared: Primitive
share: Primitive
sigmoid: Primitive
sign: Primitive
signbit: Primitive
silu: Primitive
sin: Primitive
sinh: Primitive
softplus: Primitive
sqrt: Primitive
square: Primitive
subtract: Primitive
tan: Primitive
tanh: Primitive
trunc: Primitive
where: Primitive
