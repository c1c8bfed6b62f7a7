"""How long parts last, when some still work: a gamma distribution fitted to censored times, with standard errors.

A part that failed at t has the likelihood p(t); of one that still works at t only the probability to last longer is
known, 1 − F(t). The distribution function F of a gamma distribution has no derivative in closed form for its shape.
"""

import argparse

import numpy as np
from scipy import stats as scipy_stats

import autograd as ag
from autograd.scipy import stats
from autograd.scipy.optimize import minimize

SHAPE, SCALE = 2.5, 4.0


def minus_log_likelihood(logs, times, failed):
    """Of the logarithms of shape and scale, so that both stay positive."""
    shape, scale = ag.exp(logs[0]), ag.exp(logs[1])
    of_failed = stats.gamma.logpdf(times[failed], shape, 0.0, scale)
    of_working = stats.gamma.logsf(times[~failed], shape, 0.0, scale)
    return -(ag.sum(of_failed) + ag.sum(of_working))


def main():
    """Fit, and say how sure the result is, beside SciPy's fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", type=int, default=2000, help="how many there are (default: %(default)s)")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    lives, watched = rng.gamma(SHAPE, SCALE, options.parts), rng.uniform(5.0, 20.0, options.parts)
    times, failed = np.minimum(lives, watched), lives <= watched
    print(f"{options.parts} parts, of which {np.sum(~failed)} still work")

    found = minimize(minus_log_likelihood, np.zeros(2), args=(times, failed), method="trust-exact")
    # The inverse of the Hessian is the covariance of the logarithms: errors of them are relative errors.
    errors = np.sqrt(np.diag(np.linalg.inv(ag.hessian(minus_log_likelihood)(found.x, times, failed))))
    for name, value, error, true in zip(("shape", "scale"), np.exp(found.x), errors, (SHAPE, SCALE), strict=True):
        print(f"{name}: {value:.4f} ± {value * error:.4f} (true: {true})")

    data = scipy_stats.CensoredData.right_censored(times, ~failed)
    shape, _, scale = scipy_stats.gamma.fit(data, floc=0)
    print(f"SciPy's fit, by a search without derivatives: {shape:.4f}, {scale:.4f}")
    return np.exp(found.x), errors, (shape, scale)


if __name__ == "__main__":
    fitted, relative_errors, right = main()
