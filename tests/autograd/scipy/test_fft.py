"""What transforms on nodes refuse, and what stays SciPy's; all else is in `keywords`."""

from __future__ import annotations

import numpy as np
import pytest

import autograd as ag

scipy = pytest.importorskip("scipy")

from autograd.scipy import fft  # noqa: E402


def test_what_has_no_derivative_is_refused_by_name() -> None:
    x = ag.Tensor(np.ones(8), requires_grad=True)
    with pytest.raises(TypeError, match=r"^scipy\.fft\.fht has no derivative for mu: give a constant there$"):
        fft.fht(np.ones(8), 0.1, ag.Value(0.5))
    with pytest.raises(TypeError, match=r"^scipy\.fft\.fft on nodes takes no plan=: no SciPy has made use of it"):
        fft.fft(x, plan=3)
    with pytest.raises(ag.DTypeError, match="rfft of complex numbers"):
        fft.rfft(x + 1j)
    if not scipy.__version__.startswith("1.13."):  # which asks it for its flags, and is told that it has none
        with pytest.raises(TypeError, match=r"autograd\.scipy\.fft has Fourier transforms"):
            scipy.fft.fft(x)


def test_other_names_are_scipys() -> None:
    for name in ("next_fast_len", "fftfreq", "rfftfreq", "fhtoffset", "set_workers"):
        assert getattr(fft, name) is getattr(scipy.fft, name)
    assert fft.dct(np.ones(3, int)).dtype == float
