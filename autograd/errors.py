"""What can go wrong, as a small family: every error is also the built-in kind that Python users catch.

A message says what was being done, what was given, and what to do instead.
"""

from typing import Any

import numpy as np


class GradbookError(Exception):
    """The parent of every error this package raises on purpose."""


class ShapeError(GradbookError, ValueError):
    """Shapes that do not fit together, with the operation and both shapes named."""


class MatrixError(ShapeError, np.linalg.LinAlgError):
    """A matrix that has no inverse or no such factor: NumPy's ``LinAlgError``, with operation and shape named."""


class DTypeError(GradbookError, TypeError):
    """A kind of number that cannot be differentiated, with the kinds that can."""


class GraphError(GradbookError, RuntimeError):
    """A backward pass that cannot be right: nothing to differentiate, or data that changed since it was used."""


class MissingRuleError(GraphError, NotImplementedError):
    """A primitive of a user's own was given a variable for which nobody has said what its derivative is."""


class GradientCheckError(GradbookError, AssertionError):
    """Derivatives by the rules and by differences disagree: where, by how much, and at which step sizes."""


class MissingExtraError(GradbookError, ImportError):
    """A library of an optional extra is not installed; the message says how to install it."""


class AnomalyError(GradbookError, ArithmeticError):
    """The first number that is not finite, found by `detect_anomaly`: what made it, where, and how it gets to the loss.

    Attributes:
        node: The node that it was found at.
    """

    node: Any = None
