"""The rule book: convolutions, and the largest of every window.

With S = Σ gₙₒₚ xₙ,ᵢ,ₛₚ₊ₖ wₒ,ᵢ,ₖ, linear in each of three arrays, a convolution is ∂S/∂g, its gradients are ∂S/∂x and ∂S/∂w, and the
gradients of these are again the three: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning",
2016, chapter 4.
"""

import numpy as np

from autograd.rules import windows
from autograd.rules.primitive import primitive
from autograd.rules.selection import flipped
from autograd.rules.shapes import rank, shape

convolution = primitive(
    "convolution",
    lambda x, w, stride, padding, dilation, groups, out=None: windows.convolution(
        x, w, out, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, y, x, w, **how: convolution_transposed(g, w, lengths=shape(x)[2:], **how),
    lambda g, y, x, w, **how: convolution_kernel(x, g, size=shape(w)[2:], **how),
    symbol="∗", multilinear=True, into=True, doc="yₙₒₚ = Σ xₙ,ᵢ,ₛₚ₊ₖ wₒ,ᵢ,ₖ",
)  # fmt: skip

convolution_transposed = primitive(
    "convolution_transposed",
    lambda g, w, lengths, stride, padding, dilation, groups, out=None: windows.convolution_transposed(
        g, w, lengths, out, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda h, y, g, w, lengths, **how: convolution(h, w, **how),
    lambda h, y, g, w, lengths, **how: convolution_kernel(h, g, size=shape(w)[2:], **how),
    symbol="∗ᵀ", multilinear=True, into=True, doc="yₙ,ᵢ,ₛₚ₊ₖ = Σ gₙₒₚ wₒ,ᵢ,ₖ",
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

# Of two vectors, as NumPy has it. With mode "valid", the first is at least as long as the second.
convolve = primitive(
    "convolve", lambda a, v, mode: np.convolve(a, v, mode),
    lambda g, y, a, v, mode: convolve(g, flipped(v, 0), mode="valid" if mode == "full" else "full"),
    lambda g, y, a, v, mode: (
        convolve(g, flipped(a, 0), mode="valid") if mode == "full" else flipped(convolve(a, flipped(g, 0), mode="valid"), 0)
    ),
    symbol="∗", multilinear=True, doc="yₙ = Σ aᵢ vₖ with i + k = n, for all n or where no term is missing",
)  # fmt: skip

# ---- the largest of every window ------------------------------------------------------------------------------------

max_places = primitive(
    "max_places", windows.max_places,
    None, None,
    into=True, doc="y = which place of each window its largest entry has",
)  # fmt: skip

max_pool = primitive(
    "max_pool", windows.max_pool,
    lambda g, y, x, **how: into_windows(g, max_places(x, y, **how), lengths=shape(x)[rank(x) - len(how["size"]) :], **how),
    jvp=lambda t, y, x, **how: from_windows(t, max_places(x, y, **how), **how),
    selects=True, into=True, doc="y = the largest entry of each window", kink="ties: the first",
)  # fmt: skip

from_windows = primitive(
    "from_windows", windows.from_windows,
    lambda g, y, x, places, **how: into_windows(g, places, lengths=shape(x)[rank(x) - len(how["size"]) :], **how),
    None,
    jvp=lambda t, y, x, places, **how: from_windows(t, places, **how),
    selects=True, doc="y = the entry of each window at a place of it",
)  # fmt: skip

into_windows = primitive(
    "into_windows", windows.into_windows,
    lambda h, y, g, places, lengths, **how: from_windows(h, places, **how),
    None,
    jvp=lambda t, y, g, places, **how: into_windows(t, places, **how),
    into=True, doc="y is zero but for what is added to each window at a place of it",
)  # fmt: skip
