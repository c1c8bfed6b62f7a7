"""The rule book: cross-entropy straight from logits, as one node, so that softmax and logarithm cancel exactly.

C. Bishop, "Pattern Recognition and Machine Learning", 2006, eq. 4.108 and 4.109.
"""

from autograd.rules import forwards
from autograd.rules.activations import sigmoid
from autograd.rules.primitive import elementwise, primitive
from autograd.rules.reductions import log_softmax, restore, softmax, sum_
from autograd.rules.shapes import shape

one_hot = primitive(
    "one_hot", forwards.one_hot,
    None,
    doc="yᵢⱼ = 1 where j = tᵢ, else 0",
)  # fmt: skip

cross_entropy_of_classes = primitive(
    "cross_entropy_of_classes", forwards.loss_of_classes,
    lambda g, y, logits, targets: restore(g, logits, -1)
    * (softmax(logits, axis=-1) - one_hot(targets, classes=shape(logits)[-1])),
    None,
    symbol="CE", reduces=True, doc="y = −ln softmax(x)ₜ",
)  # fmt: skip

cross_entropy_of_probabilities = primitive(
    "cross_entropy_of_probabilities",
    forwards.loss_of_probabilities,
    lambda g, y, logits, targets: restore(g, logits, -1)
    * (softmax(logits, axis=-1) * sum_(targets, axis=-1, keepdims=True) - targets),
    lambda g, y, logits, targets: -restore(g, logits, -1) * log_softmax(logits, axis=-1),
    symbol="CE", reduces=True, doc="y = −Σⱼ tⱼ ln softmax(x)ⱼ",
)  # fmt: skip

# Yes and no: softmax of z and 0. The two terms of the derivative never cancel for a t of 0 or 1.
binary_cross_entropy = elementwise(
    "binary_cross_entropy", forwards.binary_cross_entropy,
    lambda g, y, z, t: g * ((1 - t) * sigmoid(z) - t * sigmoid(-z)),
    lambda g, y, z, t: -g * z,
    scalar=forwards.binary_cross_entropy_of_floats, symbol="BCE", doc="y = (1 − t) ln(1 + eᶻ) + t ln(1 + e⁻ᶻ)",
)  # fmt: skip
