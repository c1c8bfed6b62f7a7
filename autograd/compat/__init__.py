"""HIPS autograd's names beyond this project's own, so that code written for it runs with its imports unchanged.

What is more than a name is here: vector spaces, operators on functions, flattened containers, its three optimizers, and
the looser ``isinstance``. Its modules (``autograd.core``, ``autograd.tracer``, ``autograd.misc.flatten``,
``autograd.numpy.numpy_vspaces`` …) are files of that name which hold names alone, from here and from the other modules.

HIPS autograd's boxes and traces are not imitated: ``Box`` and ``ArrayBox`` stand for `Node` and `Tensor` in
``isinstance`` tests, and code that makes boxes, registers types for them or writes nodes of its own is not served.
"""
