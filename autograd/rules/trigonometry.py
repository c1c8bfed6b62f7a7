"""The rule book: the functions of angles, and the hyperbolic ones."""

import math

import numpy as np

from autograd.rules.primitive import elementwise

sin = elementwise("sin", np.sin, lambda g, y, x: g * cos(x), scalar=math.sin, doc="y = sin x")
cos = elementwise("cos", np.cos, lambda g, y, x: -g * sin(x), scalar=math.cos, doc="y = cos x")
tan = elementwise("tan", np.tan, lambda g, y, x: g * (1 + y * y), scalar=math.tan, doc="y = tan x")
arctan = elementwise("arctan", np.arctan, lambda g, y, x: g / (1 + x * x), scalar=math.atan, doc="y = arctan x")
tanh = elementwise("tanh", np.tanh, lambda g, y, x: g * (1 - y * y), scalar=math.tanh, doc="y = tanh x")
