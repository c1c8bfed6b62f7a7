"""Batches made ready by a thread: the same, in the same order; its errors are told, and it ends when it is left."""

import threading

import numpy as np
import pytest

import nn

X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


def fit(wrap):
    trainer = nn.Trainer(nn.MLP(3, [8, 2], seed=0), loss="cross_entropy", optimizer="adam")
    loader = wrap(nn.DataLoader((X, Y), 8, shuffle=True, seed=4))
    return trainer.fit(loader, epochs=3, progress=False).rows, trainer.model.state_dict()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


@pytest.mark.parametrize("ahead", [1, 100])
def test_training_is_the_same_to_the_bit(ahead):
    plain, fetched = fit(lambda loader: loader), fit(lambda loader: nn.Prefetch(loader, ahead))
    assert plain[0] == fetched[0]
    assert all((plain[1][name] == array).all() for name, array in fetched[1].items())
    assert threads() == []


def test_the_next_batch_is_made_while_one_is_used():
    made = []

    class Slow:
        def __len__(self):
            return 4

        def __iter__(self):
            for number in range(4):
                made.append(number)
                yield number

    batches = iter(nn.Prefetch(Slow(), ahead=2))
    assert next(batches) == 0
    for _ in range(200):
        if len(made) >= 3:
            break
        threading.Event().wait(0.01)
    assert made[:3] == [0, 1, 2]
    batches.close()
    assert threads() == []


def test_an_error_comes_where_its_batch_is_asked_for():
    def broken():
        yield 1
        raise OSError("the disk is gone")

    class Loader:
        __len__ = None

        def __iter__(self):
            return broken()

    batches = iter(nn.Prefetch(Loader()))
    assert next(batches) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(batches)
    assert threads() == []
    with pytest.raises(ValueError, match="ahead must be a positive integer, got 0"):
        nn.Prefetch(Loader(), 0)
    with pytest.raises(TypeError, match="a loader of batches with a length, not int"):
        nn.Prefetch(3)
