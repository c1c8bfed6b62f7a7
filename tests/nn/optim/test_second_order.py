"""L-BFGS: SciPy's minimum of the flat function, PyTorch's of the same network; what it leaves, what it refuses."""

import numpy as np
import pytest

import autograd as ag
import nn

pytest.importorskip("scipy")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
CLASSES = (X @ [1.0, -1.0, 0.5, 0.0] + 0.5 * RNG.normal(size=60) > 0).astype(int)


def regression():
    return nn.Linear(4, 2, seed=0, dtype=np.float64)


def penalised(model):
    return nn.cross_entropy(model(X), CLASSES) + nn.l2(model.parameters(), 1e-2)


def test_it_is_scipy_s_search_over_the_flat_parameters():
    from scipy.optimize import minimize

    def rosenbrock(x):
        return ((1 - x[:-1]) ** 2).sum() + 100 * ((x[1:] - x[:-1] ** 2) ** 2).sum()

    start = RNG.normal(size=6)
    options = {"maxiter": 15, "maxfun": 19, "gtol": 1e-7, "ftol": 1e-9, "maxcor": 10}
    expected = minimize(ag.value_and_grad(rosenbrock), start, jac=True, method="L-BFGS-B", options=options)
    a, b = ag.Tensor(start[:2], requires_grad=True), ag.Tensor(start[2:].reshape(2, 2), requires_grad=True)
    optimizer = nn.LBFGS([a, b], max_iter=15)
    before = optimizer.step(lambda: rosenbrock(ag.concatenate([a, b.reshape(4)])))
    assert before == pytest.approx(rosenbrock(start))
    assert optimizer.result.nit == expected.nit
    np.testing.assert_allclose([*a.data, *b.data.ravel()], expected.x, rtol=1e-12)


@pytest.mark.peers
def test_pytorch_comes_to_the_same_minimum():
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    ours = regression()
    theirs = torch.nn.Linear(4, 2).double()
    theirs.load_state_dict({name: torch.tensor(x) for name, x in ours.state_dict().items()})
    torch_optimizer = torch.optim.LBFGS(
        theirs.parameters(), max_iter=200, tolerance_grad=1e-10, tolerance_change=1e-14, line_search_fn="strong_wolfe"
    )

    def closure():
        torch_optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(X)), torch.tensor(CLASSES))
        loss = loss + 0.01 * sum((p**2).sum() for p in theirs.parameters())
        loss.backward()
        return loss

    torch_optimizer.step(closure)
    optimizer = nn.LBFGS(ours.parameters(), max_iter=200, tolerance_grad=1e-10, tolerance_change=1e-15)

    def our_closure():
        optimizer.zero_grad()
        loss = nn.cross_entropy(ours(X), CLASSES) + 0.01 * sum((p**2).sum() for p in ours.parameters())
        loss.backward()
        return loss

    optimizer.step(our_closure)
    for name, array in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[name], array.numpy(), rtol=1e-6, atol=1e-8)


def test_the_best_that_was_found_stays_whatever_happens():
    model = regression()
    optimizer = nn.LBFGS(model.parameters(), max_iter=50)
    calls = []

    def closure():
        if len(calls) == 6:
            raise RuntimeError("away")
        loss = penalised(model)
        calls.append((loss.item(), model.state_dict()))
        return loss

    with pytest.raises(RuntimeError, match="away"):
        optimizer.step(closure)
    _, best = min(calls, key=lambda call: call[0])
    for name, array in best.items():
        np.testing.assert_array_equal(model.state_dict()[name], array)


def test_frozen_weights_and_single_precision_stay():
    model = nn.MLP(4, [8, 2], seed=0)
    model.freeze("0.*")
    before = model.state_dict()
    optimizer = nn.LBFGS(model.parameters(), max_iter=30)
    first = optimizer.step(lambda: nn.cross_entropy(model(X), CLASSES))
    assert nn.cross_entropy(model(X), CLASSES).item() < first / 2
    for name, array in model.state_dict().items():
        assert array.dtype == np.float32
        assert np.array_equal(array, before[name]) == name.startswith("0.")


@pytest.mark.parametrize(
    ("closure", "error", "words"),
    [
        (lambda model: nn.cross_entropy(model(X), CLASSES, reduction="none"), ag.ShapeError, "must be one number"),
        (lambda _model: 1.0, ag.GraphError, "no parameter takes part"),
    ],
)
def test_a_closure_that_gives_no_loss_is_refused(closure, error, words):
    model = regression()
    before = model.state_dict()
    with pytest.raises(error, match=words):
        nn.LBFGS(model.parameters()).step(lambda: closure(model))
    for name, array in before.items():
        np.testing.assert_array_equal(model.state_dict()[name], array)


def test_what_it_is_made_of_is_checked():
    with pytest.raises(ValueError, match="LBFGS got no parameters"):
        nn.LBFGS([])
    with pytest.raises(TypeError, match=r"pass model.parameters\(\)"):
        nn.LBFGS(regression())
    with pytest.raises(ValueError, match="max_iter must be a positive integer"):
        nn.LBFGS(regression().parameters(), max_iter=0)
    with pytest.raises(TypeError, match="LBFGS runs searches of its own"):
        nn.Trainer(regression(), loss="mse", optimizer=nn.LBFGS(regression().parameters()))
