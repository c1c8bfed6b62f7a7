"""Programs: a graph recorded once and run many times, at the speed of compiled code.

In the order in which a program of numbers is made:

* `recorded`: a graph becomes instructions, and the rule book's derivatives more of them (`builder`, `identities`)
* `lower`: instructions become steps, dead ones dropped, products made part of sums (`joint`: steps with several
  results)
* `schedule`: steps are put in order and numbers in memory, so that equal work becomes loops (`strides`)
* `numpy_engine`, `native_engine`: two ways to run them
* arrays: `tape` (the list, with its own `tape_identities`), `storage` (buffers, shared), `numpy_code` (how it runs),
  `array_routine`, `array_program`
* `program`, `recording`: what a user sees, `ag.Program` and `ag.compile`
"""

from autograd.program.program import Program
from autograd.program.recording import compile
from autograd.program.traced import RecordingError

__all__ = ["Program", "RecordingError", "compile"]
