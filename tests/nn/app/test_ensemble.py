"""Several networks trained at once: each as if alone, and together one."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import nn
from nn.app.datasets import Dataset, Plan, split
from nn.app.ensemble import Members, MembersTrainer
from nn.app.experiment import prepare
from nn.app.settings import BASE, settings_for
from nn.layers import MLP

RNG = np.random.default_rng(0)
ROWS, MEMBERS = 60, 3
X = RNG.normal(size=(ROWS, 4)).astype(np.float32)
CLASSES = RNG.integers(0, 3, ROWS)
VALUES = RNG.normal(size=(ROWS, 3)).astype(np.float32)


def trains(rows=ROWS, members=MEMBERS):
    return (np.arange(rows)[:, None] % members != np.arange(members)).astype(np.float32)


def networks(hidden):
    return [MLP(4, [*hidden, 3], activation="tanh", seed=seed) for seed in range(MEMBERS)]


@pytest.mark.parametrize("hidden", [(), (5,), (5, 4)])
def test_together_they_are_one_network_that_gives_their_mean(hidden):
    members = Members(networks(hidden))
    for bias in members.biases:
        bias.data[...] = RNG.normal(size=bias.shape)
    each = np.stack([members.member(number)(X).data for number in range(MEMBERS)])
    np.testing.assert_allclose(members(X, trains()).data, each, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(members.together()(X).data, each.mean(axis=0), rtol=1e-5, atol=1e-6)
    members.eval()
    np.testing.assert_allclose(members(X, trains()).data, each[np.arange(ROWS) % MEMBERS, np.arange(ROWS)], rtol=1e-5)


@pytest.mark.parametrize("compile", [False, True])
@pytest.mark.parametrize(("loss", "y"), [(nn.cross_entropy, CLASSES), (nn.mse, VALUES)], ids=["classes", "values"])
def test_each_is_trained_as_if_alone_on_its_rows(loss, y, compile):
    members = Members(networks((5,)))
    sgd = nn.SGD(members.parameters(), learning_rate=0.1, weight_decay=0.01)
    trainer = MembersTrainer(members, loss=loss, optimizer=sgd, compile=compile)
    history = trainer.fit((X, trains()), y, epochs=3, batch_size="full", shuffle=False, progress=False)
    losses = []
    for number, network in enumerate(networks((5,))):
        mine = trains()[:, number] > 0
        alone = nn.Trainer(network, loss=loss, optimizer=nn.SGD(network.parameters(), 0.1, weight_decay=0.01))
        losses.append(alone.fit(X[mine], y[mine], epochs=3, batch_size="full", progress=False)["loss"])
        for ours, theirs in zip(members.member(number).parameters(), network.parameters(), strict=True):
            np.testing.assert_allclose(ours.data, theirs.data, rtol=2e-4, atol=1e-6)
    np.testing.assert_allclose(history["loss"], np.mean(losses, axis=0), rtol=1e-5)


def test_the_rows_that_validate_are_other_ones_for_each_and_all_of_them():
    frame = pd.DataFrame({"x": np.arange(50.0)})
    dataset = Dataset("demo", frame, Plan(("x",)), np.arange(50) % 2, "odd", ("no", "yes"), source={"kind": "csv"})
    parts = split(dataset, 0, members=4)
    assert parts.train.tolist() == parts.validation.tolist()
    assert not set(parts.train) & set(parts.held_out)
    kept_back = parts.trains[parts.train] == 0
    assert kept_back.sum(axis=1).tolist() == [1] * len(parts.train)
    for each in kept_back.T:  # ten rows, of either class five
        assert np.bincount(dataset.target[parts.train][each]).tolist() == [5, 5]


def test_a_row_that_is_held_out_says_nothing():
    frame, found = pd.DataFrame({"x": RNG.normal(size=50)}), []
    for more in (0.0, 1e3):
        values = 2 * frame["x"].to_numpy()
        dataset = Dataset("demo", frame, Plan(("x",)), values, "y", (), source={"kind": "csv"})
        values[split(dataset, 0, members=3).held_out] += more
        experiment = prepare(dataset, replace(BASE, members=3, epochs=2), 0)
        experiment.train()
        found.append(experiment.model(experiment.inputs).data)
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("rare", [1, 3])
def test_a_class_of_a_few_rows_does_not_end_training_before_the_others_are_learnt(rare):
    rng = np.random.default_rng(rare)
    frame = pd.DataFrame(rng.normal(size=(200, 2)), columns=["a", "b"])
    classes = (frame["a"] + frame["b"] > 0).to_numpy().astype(int)
    classes[:rare] = 2
    dataset = Dataset("demo", frame, Plan(("a", "b")), classes, "y", ("no", "yes", "rare"), source={"kind": "csv"})
    experiment = prepare(dataset, settings_for(dataset, epochs=40), 1)
    assert experiment.balanced
    experiment.train()
    assert experiment.kept_epoch > 15
