"""The rule book: discrete Fourier transforms along axes, with NumPy's three ways to share the factor 1/n.

Of n numbers, yₖ = Σⱼ xⱼ exp(−2πi jk/n). The matrix is equal to its transpose, so that the transform of the gradient is the
gradient (in the convention of `autograd.rules.complex`). The transform of real numbers is kept by its first half, whose
other entries are their conjugates; `_copies` says how often each entry of that half counts.
"""

from typing import Any

import numpy as np

from autograd.rules.complex import conj, of_complex
from autograd.rules.shapes import shape

# Which way to share the factor belongs to the opposite transform.
OPPOSITE = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}

fft = of_complex(
    "fft", lambda x, axes, norm: np.fft.fftn(x, None, axes, norm),
    lambda g, y, x, axes, norm: fft(g, axes=axes, norm=norm),
    symbol="ℱ", linear=True, doc="yₖ = Σⱼ xⱼ exp(−2πi jk/n), along each axis",
)  # fmt: skip

ifft = of_complex(
    "ifft", lambda x, axes, norm: np.fft.ifftn(x, None, axes, norm),
    lambda g, y, x, axes, norm: ifft(g, axes=axes, norm=norm),
    symbol="ℱ⁻¹", linear=True, doc="yⱼ = (1/n) Σₖ xₖ exp(2πi jk/n), along each axis",
)  # fmt: skip

rfft = of_complex(
    "rfft", lambda x, axis, norm: np.fft.rfft(x, None, axis, norm),
    lambda g, y, x, axis, norm: irfft(
        conj(g) / _copies(shape(x), axis), n=shape(x)[axis], axis=axis, norm=OPPOSITE[norm]
    ),
    symbol="ℱ", linear=True, doc="yₖ = Σⱼ xⱼ exp(−2πi jk/n) of real x, for k from 0 to n/2",
)  # fmt: skip

irfft = of_complex(
    "irfft", lambda x, n, axis, norm: np.fft.irfft(x, n, axis, norm),
    lambda g, y, x, n, axis, norm: conj(rfft(g, axis=axis, norm=OPPOSITE[norm])) * _copies(shape(y), axis),
    symbol="ℱ⁻¹", linear=True, doc="the n real numbers whose transform begins with x",
)  # fmt: skip


def _copies(full: tuple[int, ...], axis: int) -> Any:
    # 1 for what is its own conjugate in the transform of n real numbers, else 2: of the right shape to multiply by.
    n = full[axis]
    counts = [2.0] * (n // 2 + 1)
    counts[0] = 1.0
    if n % 2 == 0:
        counts[-1] = 1.0
    return _along(counts, axis % len(full), len(full))


def _along(numbers: list[float], axis: int, axes: int) -> Any:
    return np.reshape(numbers, (-1, *(1,) * (axes - axis - 1)))
