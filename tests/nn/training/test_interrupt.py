"""Signals that end a long job: what Ctrl-C does, SIGTERM does, too, even where Ctrl-C is ignored."""

import signal

import pytest

from nn.training.interrupt import deferred_interrupt, terminated_as_interrupted


@pytest.fixture(params=[signal.SIG_IGN, signal.default_int_handler], ids=["in the background", "in a terminal"])
def ctrl_c(request):
    before = signal.signal(signal.SIGINT, request.param)
    yield request.param
    signal.signal(signal.SIGINT, before)


def test_sigterm_is_noticed_once_and_obeyed_at_once_the_second_time(ctrl_c):
    before = signal.getsignal(signal.SIGTERM)  # coverage.py has one of its own
    with terminated_as_interrupted(), deferred_interrupt() as interrupt:
        signal.raise_signal(signal.SIGTERM)
        assert interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGINT) is ctrl_c
    assert signal.getsignal(signal.SIGTERM) is before


def test_sigterm_ends_what_defers_nothing(ctrl_c):
    with terminated_as_interrupted(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


def test_the_innermost_block_is_told(ctrl_c):
    with terminated_as_interrupted(), deferred_interrupt() as outer:
        with deferred_interrupt() as inner:
            signal.raise_signal(signal.SIGTERM)
        assert (inner.requested, outer.requested) == (True, False)
