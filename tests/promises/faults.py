"""Interrupts at random moments: modes, collector, locks and reserves are as they were."""

from __future__ import annotations

import contextlib
import gc
import random
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
import nn
from autograd.graph.hooks import current_tracer
from tests.promises.trial import demand, trained

INTERRUPTS = 1000


def _numbers() -> None:
    x = y = ag.Value(0.5)
    for _ in range(3000):
        y = (y * x + 0.5).tanh()
    y.backward()


def _arrays() -> None:
    w = ag.Tensor(np.ones((8, 8)), requires_grad=True)
    for _ in range(30):
        with ag.no_grad():
            (w @ w).sum()
        ag.sum(ag.tanh(w @ w)).backward()
        with ag.detect_anomaly():
            ag.sum(w * w).backward()


def _programs() -> None:
    f = ag.compile(ag.value_and_grad(lambda x, y: ag.sum(x * np.sin(y)) ** 2, (0, 1)), engine="numpy")
    for n in range(1, 5):
        f(np.ones(n), np.ones(n))
    ag.hvp(lambda x: ag.sum(x**3), (np.ones(4),), np.ones(4))


def _training() -> None:
    model = nn.MLP(4, [8, 2], seed=0)
    trainer = nn.Trainer(model, loss="cross_entropy", optimizer="sgd")
    with contextlib.redirect_stdout(None):
        trainer.fit(np.ones((40, 4)), np.arange(40) % 2, epochs=3, batch_size=10)


WORK: tuple[Callable[[], None], ...] = (_numbers, _arrays, _programs, _training)


def interrupts(count: int = INTERRUPTS) -> str:
    """Ctrl-C at so many moments."""
    rng = random.Random(0)
    expected = trained(1, 4)
    lengths = {}
    for work in WORK:
        work()
        start = time.perf_counter()
        work()
        lengths[work] = time.perf_counter() - start
    hits = 0

    def strike(*_: Any) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, strike)
    try:
        while hits < count:
            work = rng.choice(WORK)
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-5, lengths[work]))
                work()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                hits += 1
            _as_it_was(work.__name__, hits)
            if hits % 100 == 1:
                demand(trained(1, 4) == expected, f"after interrupt {hits} a training came to other weights")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return f"{hits} interrupts of {len(WORK)} kinds of work"


def _as_it_was(name: str, hits: int) -> None:
    what = f"after interrupt {hits}, of {name}:"
    demand(ag.is_recording(), f"{what} nothing is recorded any more")
    demand(gc.isenabled(), f"{what} the collector is off")
    demand(current_tracer() is None, f"{what} a trace is still under way")
    x = ag.Value(3.0)
    y = x * x
    y.backward()
    demand(x.grad == 6.0, f"{what} the gradient of x² at 3 is {x.grad}")
    if hits % 20 == 0:  # no lock is held
        free = threading.Thread(target=_programs, daemon=True)
        free.start()
        free.join(60)
        demand(not free.is_alive(), f"{what} another thread waits for ever")
