"""What stands in a Value beside its inputs, to tell how they are held."""

from __future__ import annotations

from typing import Any

# What stands in place of a second input where there is none, or where the first is the tuple of all of them: these are
# nodes alone, or (for all that is known) constants are among them.
ALONE: Any = type("Alone", (), {"__slots__": ()})()
MANY: Any = type("Many", (), {"__slots__": ()})()
MIXED: Any = type("Mixed", (), {"__slots__": ()})()

# What stands in place of a gradient, before a pass and after it, where both inputs are Values, and where the first
# alone is one; the pass looks at the inputs of others.
PAIR: Any = type("Pair", (), {"__slots__": ()})()
LONE: Any = type("Lone", (), {"__slots__": ()})()
