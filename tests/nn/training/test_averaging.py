"""Averages of weights: PyTorch's numbers, and training that goes on from the weights and not from the averages."""

import itertools

import numpy as np
import pytest

import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X @ [[1.0], [-2.0], [0.5]] + 0.3


def model():
    return nn.MLP(3, [4, 1], activation="tanh", seed=0, dtype=np.float64)


def trainer(*callbacks, **settings):
    made = model()
    optimizer = nn.SGD(made.parameters(), learning_rate=0.05, momentum=0.9)
    return nn.Trainer(made, loss="mse", optimizer=optimizer, callbacks=callbacks, **settings)


def fitted(made, epochs, **settings):
    made.fit(X, Y, epochs=epochs, batch_size=8, progress=False, **settings)
    return made


@pytest.mark.peers
@pytest.mark.parametrize("compile", [False, True])
def test_hundred_steps_against_pytorch(compile):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    ema = nn.EMA(decay=0.9)
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)).double()
    theirs.load_state_dict({name: torch.tensor(x) for name, x in model().state_dict().items()})
    averaged = AveragedModel(theirs, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.05, momentum=0.9)
    for _ in range(20):
        for start in range(0, 40, 8):
            loss = torch.nn.functional.mse_loss(
                theirs(torch.tensor(X[start : start + 8])), torch.tensor(Y[start : start + 8])
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            averaged.update_parameters(theirs)
    ours = fitted(trainer(ema, compile=compile), 20, shuffle=False).model.state_dict()
    for name, array in averaged.module.state_dict().items():
        np.testing.assert_allclose(ours[name], array.numpy(), rtol=1e-10, err_msg=name)


def test_fits_go_on_from_the_weights():
    """fit(2); fit(2) is fit(4), though the model has the averages in between."""
    whole, parts = trainer(nn.EMA(0.9)), trainer(nn.EMA(0.9))
    fitted(whole, 4)
    fitted(parts, 2)
    between = parts.model.state_dict()
    fitted(parts, 2)
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(parts.model.state_dict()[name], array)
        assert not np.array_equal(between[name], array)


def test_a_model_that_was_given_other_weights_keeps_them():
    ema = nn.EMA(0.9)
    made = fitted(trainer(ema), 2)
    given = model().state_dict()
    made.model.load_state_dict(given)
    ema.on_fit_begin(made)
    for name, array in given.items():
        np.testing.assert_array_equal(made.model.state_dict()[name], array)


@pytest.mark.parametrize("after", ["save", "resume"])
def test_what_is_taken_up_again_ends_as_the_unbroken_fit(after, tmp_path):
    pytest.importorskip("safetensors")
    whole = fitted(trainer(nn.EMA(0.9)), 5)
    first = trainer(nn.EMA(0.9))
    fitted(first, 3, **({"resume": tmp_path} if after == "resume" else {}))
    if after == "save":
        first.save(tmp_path)
    second = trainer(nn.EMA(0.9))
    fitted(second, 5, resume=tmp_path)
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(second.model.state_dict()[name], array)


def test_a_fit_after_load_goes_on_from_the_weights_and_the_averages(tmp_path):
    pytest.importorskip("safetensors")
    there, here = trainer(nn.EMA(0.9)), trainer(nn.EMA(0.9))
    fitted(there, 3).save(tmp_path)
    here.load(tmp_path)
    fitted(there, 3), fitted(here, 3)
    for name, array in there.model.state_dict().items():
        np.testing.assert_array_equal(here.model.state_dict()[name], array)


def test_applied_shows_the_averages_for_a_while():
    ema = nn.EMA(0.5, apply=False)
    made = trainer(ema)
    with pytest.raises(ValueError, match="no averages before the first step"), ema.applied(made.model):
        pass
    fitted(made, 2)
    plain = trainer()
    expected = fitted(plain, 2).model.state_dict()
    with ema.applied(made.model):
        for name, parameter in made.model.named_parameters():
            np.testing.assert_array_equal(parameter.data, ema.averages[name])
    for name, array in expected.items():
        np.testing.assert_array_equal(made.model.state_dict()[name], array)


def test_a_step_of_several_batches_counts_once():
    ema = nn.EMA(0.9, apply=False)
    seen = []

    class Count(nn.Callback):
        def on_batch_end(self, _trainer):
            seen.append(ema.averages["0.weight"].copy() if ema.averages else None)

    fitted(trainer(ema, Count(), accumulate=2), 1)
    same = [a is not None and np.array_equal(a, b) for a, b in itertools.pairwise(seen)]
    assert seen[0] is None
    assert same == [False, True, False, False]  # five batches: steps after the second, the fourth and the last


@pytest.mark.parametrize("decay", [1.0, -0.1, np.nan])
def test_a_decay_out_of_range_is_refused(decay):
    with pytest.raises(ValueError, match="decay must be from 0 to below 1"):
        nn.EMA(decay)
