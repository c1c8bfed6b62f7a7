"""Optional libraries: imported where they are used, with an error that says how to install them."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

from autograd.errors import MissingExtraError

__all__ = ["installing", "require"]


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
        autograd.errors.MissingExtraError: no_such_library is not installed; pip install ...
    """
    library = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != library:
            raise  # the library is there; something that it needs is not, and its own error says what
        raise MissingExtraError(f"{library} is not installed; {installing(extra)}") from None


def installing(*extras: str) -> str:
    """The command that installs extras, from where this package came: the checkout it lies in, or an installed wheel.

    With the distribution installed, pip fetches what its extra names and nothing else.

    Example:
        >>> installing("jit")  # ... is a checkout's folder, or the package's name
        "pip install ...[jit]'"
    """
    chosen = ",".join(extras)
    # By os.path: to import pathlib would take a seventh of the time of `import autograd`.
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    if not os.path.isfile(os.path.join(root, "pyproject.toml")):  # noqa: PTH113, PTH118
        return f"pip install 'gradbook[{chosen}]'"
    return f"pip install -e '{'.' if root == os.getcwd() else root}[{chosen}]'"  # noqa: PTH109
