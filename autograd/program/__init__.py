"""Programs: a graph recorded once and run many times, at the speed of compiled code.

In the order in which a program is made:

* `tracing`: a function is run on nodes that stand for any numbers (`purity`: what that cannot see)
* `tape`: what was done, as one list
* `numbers`: a tape of numbers as steps, in an order in which equal work becomes loops
* `arrays`: a tape of arrays as calls of NumPy in memory planned beforehand, or as steps of a native loop
* `native`: what numba compiles for both

And `program`, `replay` are what a user sees: `ag.Program` and `ag.compile`.
"""

from autograd.program.program import Program
from autograd.program.replay import compile
from autograd.program.tracing import RecordingError

__all__ = ["Program", "RecordingError", "compile"]
