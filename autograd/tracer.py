"""HIPS autograd's name for what tells nodes from numbers; its traces and boxes are its own."""

from autograd.compat.builtins import getval, isbox
from autograd.extend import notrace_primitive, primitive
from autograd.graph.node import Node
from autograd.graph.node import Node as Box

__all__ = ["Box", "Node", "getval", "isbox", "notrace_primitive", "primitive"]
