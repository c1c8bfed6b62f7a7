"""SciPy's names, differentiable, where HIPS autograd has them: special functions, distributions, linear algebra, ODEs.

SciPy is an extra: ``pip install 'gradbook[scipy]'``. Its special functions are found by the ufunc itself, so that plain
``scipy.special.expit(t)`` works too.
"""

from autograd.extras import require

require("scipy", "scipy")
