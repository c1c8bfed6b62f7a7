"""SciPy's names, differentiable: special functions, distributions, linear algebra, integrals, splines, optimizers.

SciPy is an extra: ``pip install 'gradbook[scipy]'``. Its special functions are found by the ufunc itself, so that plain
``scipy.special.expit(t)`` works too.
"""

from importlib import import_module
from types import ModuleType

from autograd.extras import require

require("scipy", "scipy")

_MODULES = ("fft", "integrate", "interpolate", "linalg", "optimize", "signal", "sparse", "special", "stats")


def __getattr__(name: str) -> ModuleType:
    if name in _MODULES:
        return import_module(f"autograd.scipy.{name}")
    raise AttributeError(f"module 'autograd.scipy' has no attribute {name!r}: it has {', '.join(_MODULES)}")
