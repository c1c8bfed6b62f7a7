"""``scipy.stats``, differentiable: densities, distribution functions and moments of nodes.

They are composed of functions with derivatives, so that every parameter that enters by one has its derivative:
``norm.logpdf(x, loc, scale)``, ``norm(loc, scale).logpdf(x)``, ``gamma.mean(a)``. Of plain numbers, and under every
other name, they are SciPy's own. Those that HIPS autograd has are importable as modules, too.
"""

from typing import Any

from scipy import stats as _stats

from autograd.scipy.stats.beta import family as beta
from autograd.scipy.stats.cauchy import family as cauchy
from autograd.scipy.stats.chi2 import family as chi2
from autograd.scipy.stats.dirichlet import family as dirichlet
from autograd.scipy.stats.expon import family as expon
from autograd.scipy.stats.further import bernoulli, binom, geom, halfnorm, invgamma, nbinom, rayleigh
from autograd.scipy.stats.gamma import family as gamma
from autograd.scipy.stats.gumbel_r import family as gumbel_r
from autograd.scipy.stats.laplace import family as laplace
from autograd.scipy.stats.logistic import family as logistic
from autograd.scipy.stats.lognorm import family as lognorm
from autograd.scipy.stats.multivariate_normal import family as multivariate_normal
from autograd.scipy.stats.norm import family as norm
from autograd.scipy.stats.pareto import family as pareto
from autograd.scipy.stats.poisson import family as poisson
from autograd.scipy.stats.t import family as t
from autograd.scipy.stats.uniform import family as uniform
from autograd.scipy.stats.weibull_min import family as weibull_min

__all__ = [
    "bernoulli",
    "beta",
    "binom",
    "cauchy",
    "chi2",
    "dirichlet",
    "expon",
    "gamma",
    "geom",
    "gumbel_r",
    "halfnorm",
    "invgamma",
    "laplace",
    "logistic",
    "lognorm",
    "multivariate_normal",
    "nbinom",
    "norm",
    "pareto",
    "poisson",
    "rayleigh",
    "t",
    "uniform",
    "weibull_min",
]


def __getattr__(name: str) -> Any:
    return getattr(_stats, name)
