"""``scipy.stats``, differentiable: densities and distribution functions of nodes, one module for each distribution.

They are composed of functions with derivatives, so that every parameter that enters by one has its derivative. Of plain
numbers, and under every other name, they are SciPy's own.
"""

from typing import Any

from scipy import stats as _stats

from autograd.scipy.stats import (
    beta,
    cauchy,
    chi2,
    dirichlet,
    expon,
    gamma,
    gumbel_r,
    laplace,
    logistic,
    lognorm,
    multivariate_normal,
    norm,
    pareto,
    poisson,
    t,
    uniform,
    weibull_min,
)

__all__ = [
    "beta",
    "cauchy",
    "chi2",
    "dirichlet",
    "expon",
    "gamma",
    "gumbel_r",
    "laplace",
    "logistic",
    "lognorm",
    "multivariate_normal",
    "norm",
    "pareto",
    "poisson",
    "t",
    "uniform",
    "weibull_min",
]


def __getattr__(name: str) -> Any:
    return getattr(_stats, name)
