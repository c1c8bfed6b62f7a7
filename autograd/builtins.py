"""HIPS autograd's name for containers of nodes, which are Python's own here, and for ``isinstance`` of nodes."""

from builtins import dict, list, tuple  # noqa: UP029 - names to be imported from here

from autograd.compat.builtins import isinstance, type

__all__ = ["dict", "isinstance", "list", "tuple", "type"]
