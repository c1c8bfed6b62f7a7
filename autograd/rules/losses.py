"""The rule book: cross-entropy straight from logits, as one node, so that softmax and logarithm cancel exactly.

C. Bishop, "Pattern Recognition and Machine Learning", 2006, eq. 4.108 and 4.109.
"""

from typing import Any

from autograd.rules import cross_entropy, forwards
from autograd.rules.activations import sigmoid
from autograd.rules.primitive import elementwise, primitive
from autograd.rules.reductions import log_softmax, restore, softmax, sum_
from autograd.rules.shapes import rows_of, shape

one_hot = primitive(
    "one_hot", cross_entropy.one_hot,
    None,
    doc="yᵢⱼ = 1 where j = tᵢ, else 0",
)  # fmt: skip


def _excess(logits: Any, targets: Any) -> Any:
    # How much more probability each class has than it should.
    return softmax(logits, axis=-1) - one_hot(targets, classes=shape(logits)[-1])


cross_entropy_of_classes = primitive(
    "cross_entropy_of_classes", cross_entropy.loss_of_classes,
    lambda g, y, logits, targets: restore(g, logits, -1) * _excess(logits, targets),
    None,
    symbol="CE", reduces=True, doc="y = −ln softmax(x)ₜ",
)  # fmt: skip

# What most training steps end with: one node less to make, to sort and to carry a gradient through.
mean_cross_entropy = primitive(
    "mean_cross_entropy", lambda logits, targets: forwards.mean(cross_entropy.loss_of_classes(logits, targets), None, False),
    lambda g, y, logits, targets: g / rows_of(logits) * _excess(logits, targets),
    None,
    jvp=(lambda t, y, logits, targets: sum_(t * _excess(logits, targets), axis=None, keepdims=False) / rows_of(logits), None),
    symbol="CE", doc="y = −(1/n) Σᵢ ln softmax(xᵢ)ₜᵢ",
)  # fmt: skip

cross_entropy_of_probabilities = primitive(
    "cross_entropy_of_probabilities",
    cross_entropy.loss_of_probabilities,
    lambda g, y, logits, targets: restore(g, logits, -1)
    * (softmax(logits, axis=-1) * sum_(targets, axis=-1, keepdims=True) - targets),
    lambda g, y, logits, targets: -restore(g, logits, -1) * log_softmax(logits, axis=-1),
    symbol="CE", reduces=True, doc="y = −Σⱼ tⱼ ln softmax(x)ⱼ",
)  # fmt: skip

# Yes and no: softmax of z and 0. The two terms of the derivative never cancel for a t of 0 or 1.
binary_cross_entropy = elementwise(
    "binary_cross_entropy", cross_entropy.binary_cross_entropy,
    lambda g, y, z, t: g * ((1 - t) * sigmoid(z) - t * sigmoid(-z)),
    lambda g, y, z, t: -g * z,
    scalar=cross_entropy.binary_cross_entropy_of_floats, symbol="BCE", doc="y = (1 − t) ln(1 + eᶻ) + t ln(1 + e⁻ᶻ)",
)  # fmt: skip
