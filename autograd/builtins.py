"""HIPS autograd's name for containers of nodes, which are Python's own here, and for ``isinstance`` of nodes."""

from builtins import dict, list, tuple  # noqa: UP029 - names to be imported from here
from builtins import dict as DictBox  # noqa: N812 - in isinstance tests: dicts of nodes are dicts
from collections.abc import Sequence as SequenceBox

from autograd.compat.builtins import isinstance, type

__all__ = ["DictBox", "SequenceBox", "dict", "isinstance", "list", "tuple", "type"]
