"""Programs: a graph recorded once and run many times, at the speed of compiled code.

In the order in which a program is made:

* `tracing`: a function or a graph is run on `nodes` that stand for any numbers, its derivatives too (`purity`: what
  that cannot see)
* `tape`: what was done, as one list; `simplify`: what goes into it in place of an operation (`intrinsics`: primitives
  that only programs have)
* `routine`: a tape made runnable, whichever way: `numbers` puts steps in an order in which equal work becomes loops,
  `arrays` plans memory and writes code; `native` has what LLVM compiles for both

And `program`, `replay` are what a user sees: `ag.Program` and `ag.compile`.
"""

from autograd.program.native.engine import native_is_ready
from autograd.program.program import Program
from autograd.program.refusal import RecordingError
from autograd.program.replay import compile

__all__ = ["Program", "RecordingError", "compile", "native_is_ready"]
