"""Programs: a graph recorded once and run many times, at the speed of compiled code.

In the order in which a program of numbers is made:

* `recorded`: a graph becomes instructions, and the rule book's derivatives more of them (`builder`, `identities`)
* `lower`: instructions become steps, dead ones dropped, products made part of sums (`joint`: steps with several
  results)
* `schedule`: steps are put in order and numbers in memory, so that equal work becomes loops (`strides`)
* `numpy_engine`, `native_engine`: two ways to run them

A program of arrays:

* `traced_tensor` records, and `tape` is the list, with its own `tape_identities`
* `storage`: buffers, shared by what is not needed together
* `numpy_code`: a line of Python for each operation
* `array_steps`, `array_native`: the same in steps for a native loop (`array_words` is its language, `array_source`
  writes it from the rule book, `array_kernels` has what is no function of entries)
* `array_routine`: either, ready to run
* `batched` makes one of a program of numbers, for many examples at once

And `program`, `recording` are what a user sees: `ag.Program` and `ag.compile`; `watching` finds what a recording cannot
see.
"""

from autograd.program.program import Program
from autograd.program.recording import compile
from autograd.program.traced import RecordingError

__all__ = ["Program", "RecordingError", "compile"]
