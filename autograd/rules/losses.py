"""The rule book: cross-entropy straight from logits, as one node, so that softmax and logarithm cancel exactly.

C. Bishop, "Pattern Recognition and Machine Learning", 2006, eq. 4.108 and 4.109.
"""

from typing import Any

import numpy as np

from autograd.rules import forwards
from autograd.rules.primitive import primitive
from autograd.rules.reductions import log_softmax, softmax, sum_
from autograd.rules.shapes import shape
from autograd.rules.shaping import reshape


def as_column_of_each(g: Any) -> Any:
    """One number a sample as a column, to scale the sample's row."""
    return reshape(g, shape=(*shape(g), 1))


one_hot = primitive(
    "one_hot", lambda targets, classes: np.equal(np.asarray(targets)[..., None], np.arange(classes)),
    None,
    doc="yᵢⱼ = 1 where j = tᵢ, else 0",
)  # fmt: skip

cross_entropy_of_classes = primitive(
    "cross_entropy_of_classes", forwards.loss_of_classes,
    lambda g, y, logits, targets: as_column_of_each(g)
    * (softmax(logits, axis=-1) - one_hot(targets, classes=shape(logits)[-1])),
    None,
    symbol="CE", doc="y = −ln softmax(x)ₜ",
)  # fmt: skip

cross_entropy_of_probabilities = primitive(
    "cross_entropy_of_probabilities",
    lambda logits, targets: -np.sum(targets * log_softmax.array(logits, axis=-1), axis=-1),
    lambda g, y, logits, targets: as_column_of_each(g)
    * (softmax(logits, axis=-1) * sum_(targets, axis=-1, keepdims=True) - targets),
    lambda g, y, logits, targets: -as_column_of_each(g) * log_softmax(logits, axis=-1),
    symbol="CE", doc="y = −Σⱼ tⱼ ln softmax(x)ⱼ",
)  # fmt: skip
