"""What packages that ship no tests are for, in numbers: ``python tests/hips/uses.py PACKAGE`` prints them as JSON.

It is run with HIPS autograd and with this project in its place, under one name, and the numbers are compared.
"""

import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

import autograd
import autograd.numpy as anp


def autograd_gamma() -> dict[str, Any]:
    """The gradients of each of its functions for each argument, over an array, and a Jacobian."""
    module = import_module("autograd_gamma")
    a, x, p = np.array([0.3, 1.0, 2.5, 40.0]), np.array([0.2, 1.0, 3.5, 38.0]), np.array([0.1, 0.5, 0.7, 0.9])
    given = {
        "gammainc": (a, x), "gammaincc": (a, x), "gammaincln": (a, x), "gammainccln": (a, x),
        "gammaincinv": (a, p), "gammainccinv": (a, p),
        "betainc": (a, x, p), "betaincln": (a, x, p), "betaincinv": (a, x, p),
    }  # fmt: skip
    found = {
        f"{name} {i}": autograd.elementwise_grad(getattr(module, name), i)(*args)
        for name, args in given.items()
        for i in range(len(args))
    }
    found["jacobian"] = autograd.jacobian(lambda a: module.gammaincc(a, 2.0) * module.gamma(3.0))(a)
    return found


def paragami() -> dict[str, Any]:
    """Constrained parameters as free vectors: folding, Jacobians, the Hessian of a function of one, an optimum."""
    np.product = anp.product = anp.prod  # noqa: NPY003, NPY201 - it was written for NumPy 1
    module = import_module("paragami")
    pattern = module.PatternDict()
    pattern["mean"] = module.NumericVectorPattern(3, lb=-2.0)
    pattern["spread"] = module.PSDSymmetricMatrixPattern(2)
    pattern["shares"] = module.SimplexArrayPattern(3, (2,))
    shares = np.array([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]])
    value = {"mean": np.array([0.5, -1.0, 2.0]), "spread": np.array([[2.0, 0.3], [0.3, 1.0]]), "shares": shares}

    def loss(p: Any) -> Any:
        _, logdet = anp.linalg.slogdet(p["spread"])
        return anp.sum((p["mean"] - 1) ** 2) + anp.trace(p["spread"]) - logdet - anp.sum(anp.log(p["shares"]))

    free = pattern.flatten(value, free=True)
    of_free = module.FlattenFunctionInput(loss, pattern, free=True)
    found = {
        "free": free,
        "folded": pattern.fold(free + 0.1, free=True)["spread"],
        "gradient": autograd.grad(of_free)(free),
        "hessian": autograd.hessian(of_free)(free),
        "jacobian": pattern.freeing_jacobian(value, sparse=False),
        "unfreeing": pattern.unfreeing_jacobian(value, sparse=False),
    }
    objective = module.optimization_lib.OptimizationObjective(of_free)
    found["objective"] = [objective.f(free), *objective.grad(free), *objective.hessian_vector_product(free, free)]
    return found


def vittles() -> dict[str, Any]:
    """How an optimum moves with a hyper-parameter: the linear approximation, and a Taylor series of third order."""
    module = import_module("vittles")
    A = np.array([[3.0, 0.5, 0.0], [0.5, 2.0, 0.3], [0.0, 0.3, 1.5]])

    def objective(x: Any, h: Any) -> Any:
        return 0.5 * anp.dot(x, anp.dot(A, x)) - anp.dot(x, anp.tanh(h) + 1.0) + 0.1 * anp.sum(x**4) * anp.exp(h[0])

    h = np.array([0.2, -0.4, 0.7])
    x = np.zeros(3)
    for _ in range(50):
        x = x - np.linalg.solve(autograd.hessian(objective)(x, h), autograd.grad(objective)(x, h))
    linear = module.HyperparameterSensitivityLinearApproximation(objective, x, h)
    found = {"dx/dh": linear.get_dopt_dhyper(), "moved": linear.predict_opt_par_from_hyper_par(h + 0.1)}
    for forward, order in ((True, 3), (False, 2)):
        series = module.ParametricSensitivityTaylorExpansion.optimization_objective(
            objective, x, h, order=order, forward_mode=forward
        )
        found[f"series {forward}"] = series.evaluate_taylor_series(h + 0.1)
    return found


def ceviche() -> dict[str, Any]:
    """The intensity of a simulated electromagnetic field, and its Jacobian for the material, forward and in reverse."""
    module = import_module("ceviche")
    rng = np.random.default_rng(0)
    shape = (12, 11)
    source = np.zeros(shape, complex)
    source[5, 4] = 1.0
    material = rng.uniform(1.0, 3.0, shape)

    def intensity(eps: Any, solver: Any = module.fdfd_ez) -> Any:
        fields = solver(2 * np.pi * 2e14, 5e-8, anp.reshape(eps, shape), [3, 3]).solve(source * 1e6)
        return anp.sum(anp.square(anp.abs(fields[0]))) + anp.sum(anp.square(anp.abs(fields[2])))

    found = {"ez": intensity(material.ravel()), "hz": intensity(material.ravel(), module.fdfd_hz)}
    found["reverse"] = module.jacobian(intensity, mode="reverse")(material.ravel())
    found["forward"] = module.jacobian(intensity, mode="forward")(material.ravel())
    found["hz reverse"] = module.jacobian(lambda eps: intensity(eps, module.fdfd_hz))(material.ravel())
    return found


USES: dict[str, Callable[[], dict[str, Any]]] = {
    "autograd-gamma": autograd_gamma, "paragami": paragami, "vittles": vittles, "ceviche": ceviche,
}  # fmt: skip


if __name__ == "__main__":
    numbers = USES[sys.argv[1]]()
    print(json.dumps({name: np.asarray(x, float).ravel().tolist() for name, x in numbers.items()}))
