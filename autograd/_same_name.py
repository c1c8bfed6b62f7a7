"""Another distribution on PyPI, HIPS autograd, has the import name `autograd` too."""

from __future__ import annotations

import warnings
from importlib import metadata


def warn_of_same_name() -> None:
    """Say so where both are installed: files of one then overwrite files of the other."""
    try:
        version = metadata.version("autograd")
    except metadata.PackageNotFoundError:
        return
    warnings.warn(
        f"gradbook and HIPS autograd {version} are both installed, and both are imported as 'autograd'; this is "
        "gradbook's. Keep them in separate virtual environments: pip uninstall autograd gradbook, then install one",
        stacklevel=3,
    )
