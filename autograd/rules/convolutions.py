"""The rule book: convolutions, and the largest of every window.

With S = Σ gₙₒₚ xₙ,ᵢ,ₛₚ₊ₖ wₒ,ᵢ,ₖ, linear in each of three arrays, a convolution is ∂S/∂g, its gradients are ∂S/∂x and ∂S/∂w, and the
gradients of these are again the three: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning",
2016, chapter 4.
"""

from typing import Any

from autograd.rules import windows
from autograd.rules.primitive import primitive
from autograd.rules.selection import scatter_along_axis, take_along_axis
from autograd.rules.shapes import rank, shape
from autograd.rules.shaping import reshape

convolution = primitive(
    "convolution",
    lambda x, w, stride, padding, dilation, groups: windows.convolution(
        x, w, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, y, x, w, **how: convolution_transposed(g, w, lengths=shape(x)[2:], **how),
    lambda g, y, x, w, **how: convolution_kernel(x, g, size=shape(w)[2:], **how),
    symbol="∗", multilinear=True, doc="yₙₒₚ = Σ xₙ,ᵢ,ₛₚ₊ₖ wₒ,ᵢ,ₖ",
)  # fmt: skip

convolution_transposed = primitive(
    "convolution_transposed",
    lambda g, w, lengths, stride, padding, dilation, groups: windows.convolution_transposed(
        g, w, lengths=lengths, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda h, y, g, w, lengths, **how: convolution(h, w, **how),
    lambda h, y, g, w, lengths, **how: convolution_kernel(h, g, size=shape(w)[2:], **how),
    symbol="∗ᵀ", multilinear=True, doc="yₙ,ᵢ,ₛₚ₊ₖ = Σ gₙₒₚ wₒ,ᵢ,ₖ",
)  # fmt: skip

convolution_kernel = primitive(
    "convolution_kernel",
    lambda x, g, size, stride, padding, dilation, groups: windows.convolution_kernel(
        x, g, size=size, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda h, y, x, g, size, **how: convolution_transposed(g, h, lengths=shape(x)[2:], **how),
    lambda h, y, x, g, size, **how: convolution(x, h, **how),
    symbol="∗ₖ", multilinear=True, doc="yₒ,ᵢ,ₖ = Σ xₙ,ᵢ,ₛₚ₊ₖ gₙₒₚ",
)  # fmt: skip

# ---- the largest of every window ------------------------------------------------------------------------------------

max_positions = primitive(
    "max_positions", windows.max_positions,
    None,
    doc="y = where the largest entry of each window is, counted through the image",
)  # fmt: skip


def _flat(x: Any, axes: int) -> Any:
    # The last axes as one.
    return reshape(x, shape=(*shape(x)[: rank(x) - axes], -1))


def _put_back(g: Any, x: Any, positions: Any, axes: int) -> Any:
    full = (*shape(x)[: rank(x) - axes], shape(_flat(x, axes))[-1])
    return reshape(scatter_along_axis(_flat(g, axes), _flat(positions, axes), shape=full, axis=-1), shape=shape(x))


max_pool = primitive(
    "max_pool", windows.max_pool,
    lambda g, y, x, **how: _put_back(g, x, max_positions(x, **how), len(how["size"])),
    jvp=lambda t, y, x, **how: reshape(
        take_along_axis(_flat(t, len(how["size"])), _flat(max_positions(x, **how), len(how["size"])), axis=-1), shape=shape(y)
    ),
    selects=True, doc="y = the largest entry of each window", kink="ties: the first",
)  # fmt: skip
