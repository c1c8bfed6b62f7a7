"""``scipy.special``, differentiable: each function with its derivative in a line, as in the rule book.

NumPy finds them by the ufunc, so that ``scipy.special.erf(t)`` of a node arrives here. A derivative for a parameter
that is not known here (the order of most Bessel functions) is an error where it is asked for. Every other name is
SciPy's own.
"""

from __future__ import annotations

from typing import Any

from scipy import special as _special

from autograd.scipy.rules import elliptic as _elliptic
from autograd.scipy.rules import incomplete as _incomplete
from autograd.scipy.rules import orthogonal as _orthogonal
from autograd.scipy.rules import rarer as _rarer
from autograd.scipy.rules import usual as _usual
from autograd.scipy.rules.entering import SpecialFunction as SpecialFunction
from autograd.scipy.rules.rarer import airy as airy
from autograd.scipy.rules.rarer import fresnel as fresnel
from autograd.scipy.rules.rarer import lambertw as lambertw
from autograd.scipy.rules.rarer import shichi as shichi
from autograd.scipy.rules.rarer import sici as sici
from autograd.scipy.rules.rarer import spherical_in as spherical_in
from autograd.scipy.rules.rarer import spherical_jn as spherical_jn
from autograd.scipy.rules.rarer import spherical_kn as spherical_kn
from autograd.scipy.rules.rarer import spherical_yn as spherical_yn
from autograd.scipy.rules.rarer import voigt_profile as voigt_profile
from autograd.scipy.rules.usual import log_softmax as log_softmax
from autograd.scipy.rules.usual import logsumexp as logsumexp
from autograd.scipy.rules.usual import multigammaln as multigammaln
from autograd.scipy.rules.usual import softmax as softmax

for _module in (_usual, _incomplete, _elliptic, _orthogonal, _rarer):
    for _name, _entry in vars(_module).items():
        if isinstance(_entry, SpecialFunction) and _entry.__module__ == __name__:
            globals()[_name] = _entry


def __getattr__(name: str) -> Any:
    return getattr(_special, name)
