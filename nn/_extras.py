"""Optional libraries: imported where they are used, with an error that names the extra to install."""

from __future__ import annotations

import importlib
from types import ModuleType

import autograd as ag

__all__ = ["MissingExtraError", "require"]


class MissingExtraError(ag.GradbookError, ImportError):
    """A library of an optional extra is not installed; the message names the extra."""


def require(module: str, extra: str) -> ModuleType:
    """Import a module that comes with an optional extra.

    Args:
        module: The module to import, e.g. ``"safetensors.numpy"``.
        extra: The extra of this distribution that installs it, e.g. ``"train"``.

    Returns:
        The module.

    Raises:
        MissingExtraError: The library is not installed.

    Example:
        >>> require("json", extra="train").loads("[1, 2]")
        [1, 2]
        >>> require("no_such_library.part", extra="train")
        Traceback (most recent call last):
        ...
        nn._extras.MissingExtraError: no_such_library is not installed; pip install 'gradbook[train]'
    """
    library = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != library:
            raise  # the library is there; something that it needs is not, and its own error says what
        raise MissingExtraError(f"{library} is not installed; pip install 'gradbook[{extra}]'") from None
