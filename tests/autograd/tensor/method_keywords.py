"""The arguments of an array's methods, with values to try of each, for `test_method_keywords`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.autograd.numpy.keywords import AXES, MASK, Words, X


def method(name: str, *positional: Any, x: Any = X, single: bool = True, **words: list[Any]) -> Words:
    """A call of a method of x, with these first arguments."""
    return Words(lambda np, x, **chosen: getattr(x, name)(*positional, **chosen), words, x, dtype=single)


def of(call: Any, x: Any = X, single: bool = True, **words: list[Any]) -> Words:
    """Any use of x."""
    return Words(lambda np, x, **chosen: call(x, **chosen), words, x, dtype=single)


REDUCED = {"axis": [*AXES, None], "dtype": [float, np.float32], "keepdims": [True], "initial": [2.0], "where": [MASK, MASK[1], True]}  # fmt: skip
EXTREME = {"axis": [*AXES, None], "keepdims": [True], "initial": [9.0, -9.0]}
SPREAD = {"axis": [*AXES, None], "dtype": [float, np.float32], "ddof": [1], "keepdims": [True], "where": [MASK]}
FLAT = X.ravel()

METHODS: dict[str, list[Words]] = {
    **{name: [method(name, **REDUCED)] for name in ("sum", "prod")},
    **{name: [method(name, **EXTREME), method(name, initial=[9.0, -9.0], where=[MASK])] for name in ("max", "min")},
    "mean": [method("mean", axis=[*AXES, None], dtype=[float, np.float32], keepdims=[True], where=[MASK])],
    **{name: [method(name, **SPREAD)] for name in ("std", "var")},
    **{name: [method(name, axis=[0, -1, None], dtype=[float, np.float32])] for name in ("cumsum", "cumprod")},
    "clip": [
        method("clip", min=[-0.5, np.zeros(4)], max=[0.7, X[::-1] + 0.01]),
        method("clip", -0.5, max=[1.0]),
        method("clip", -0.5, None),
        method("clip", -0.5, 1.0, dtype=[float]),
    ],
    "round": [of(lambda x, **chosen: x.round(**chosen) * x, decimals=[0, 1, -1])],
    "choose": [of(lambda x, **chosen: x[0] * np.array([0, 1, 2, 1]).choose([1.0, 2.0, 3.0], **chosen), mode=["clip"])],
    "compress": [of(lambda x, **chosen: x.compress([True, False, True], **chosen), axis=[0, -1, None])],
    **{name: [method(name)] for name in ("conj", "conjugate")},
    "copy": [method("copy", order=["C", "F", "K"])],
    "diagonal": [method("diagonal", offset=[1, -1, 9], axis1=[1], axis2=[0]), method("diagonal", x=X.reshape(3, 2, 2), offset=[1], axis1=[2], axis2=[0])],
    "dot": [method("dot", X.T), of(lambda x: x.dot(x[0])), of(lambda x: x[0].dot(x[1]))],
    "flatten": [method("flatten", order=["C", "F", "A", "K"]), method("flatten", "F")],
    "ravel": [method("ravel", order=["C", "F", "A", "K"]), of(lambda x, **chosen: x.T.ravel(**chosen), order=["A", "K"])],
    "repeat": [method("repeat", 2, axis=[0, -1, None]), method("repeat", [1, 0, 2], axis=[0])],
    "reshape": [
        method("reshape", 4, 3, order=["C", "F", "A"]),
        method("reshape", (2, -1), order=["F"]),
        method("reshape", -1),
        of(lambda x, **chosen: x.reshape(**chosen), shape=[(2, 6)], copy=[True]),
    ],
    "searchsorted": [of(lambda x, **chosen: x.sum() * x[0].searchsorted([0.1, 0.5], **chosen), side=["right"], sorter=[[0, 1, 2, 3]])],
    "squeeze": [of(lambda x, **chosen: x[:, None, :, None].squeeze(**chosen), axis=[1, -1, (1, 3), None])],
    "swapaxes": [method("swapaxes", 0, 1), method("swapaxes", -1, axis2=[0]), method("swapaxes", axis1=[0], axis2=[1])],
    "take": [method("take", [0, 2, 2], axis=[0, -1, None], mode=["raise", "wrap", "clip"]), *(of(lambda x, mode=mode, **chosen: x.take([5, -7], mode=mode, **chosen), axis=[0, 1]) for mode in ("wrap", "clip")), method("take", [[0], [1]], 0), method("take", 1)],
    "trace": [method("trace", offset=[1, -1], axis1=[1], axis2=[0], dtype=[float]), method("trace", x=X.reshape(3, 2, 2), axis1=[2], axis2=[1])],
    "transpose": [method("transpose"), method("transpose", 1, 0), method("transpose", (1, 0)), method("transpose", None), method("transpose", -1, -2)],
    "astype": [method("astype", float, order=["C", "F", "K"], casting=["same_kind", "unsafe"], copy=[False, True], subok=[True], single=False), method("astype", x=X.astype(np.float32), dtype=[np.float32, float])],
    "argmax": [of(lambda x, **chosen: x.argmax(**chosen) * x.sum(), axis=[0, -1, None], keepdims=[True])],
    "argmin": [of(lambda x, **chosen: x.argmin(**chosen) * x.sum(), axis=[0, -1, None], keepdims=[True])],
    "argsort": [of(lambda x, **chosen: x.argsort(**chosen) * x.sum(), axis=[0, -1, None], kind=["stable"], stable=[True])],
    "argpartition": [of(lambda x, **chosen: x.argpartition(1, **chosen).shape[0] * x, axis=[0, -1, None], kind=["introselect"])],
    "any": [of(lambda x, **chosen: x.any(**chosen) * x.sum(), axis=[0, (0, 1), None], keepdims=[True], where=[MASK])],
    "all": [of(lambda x, **chosen: x.all(**chosen) * x.sum(), axis=[0, (0, 1), None], keepdims=[True], where=[MASK])],
    "nonzero": [of(lambda x: x[x.nonzero()])],
    "T": [of(lambda x: x.T), of(lambda x: x.mT)],
    **{name: [of(lambda x: [x.real, x.imag * 1.0 + x])] for name in ("real", "imag")},
    "size": [of(lambda x: x.sum() * x.size * x.ndim * x.itemsize * x.nbytes)],
    "sort": [of(lambda x, **chosen: np.sort(x, **chosen), axis=[0, -1, None], kind=["stable"])],
}  # fmt: skip

# Of plain numbers, about memory, or changing an array, which Tensors refuse; the rest is attributes.
NOT_HERE = {
    "item",
    "tolist",
    "tostring",
    "tobytes",
    "tofile",
    "dump",
    "dumps",
    "fill",
    "put",
    "partition",
    "resize",
    "byteswap",
    "view",
}
NOT_HERE |= {"getfield", "setfield", "setflags", "to_device"}
