"""Another distribution on PyPI, HIPS autograd, has the import name `autograd` too."""

from __future__ import annotations

import os
import sys
import warnings


def warn_of_same_name() -> None:
    """Say so where both are installed: files of the one then overwrite files of the other.

    Looks for the folder that pip leaves beside a package: `importlib.metadata` takes longer to import than the rest.
    """
    pythons_own = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib costs more than the look-up
    for folder in sys.path:
        if folder in (pythons_own, f"{pythons_own}/lib-dynload"):
            continue
        try:
            names = os.listdir(folder or os.curdir)  # noqa: PTH208 - as above
        except OSError:
            continue
        for name in names:
            if name.startswith("autograd-") and name.endswith((".dist-info", ".egg-info")):
                version = name.removeprefix("autograd-").rsplit(".", 1)[0]
                warnings.warn(
                    f"HIPS autograd {version} and gradbook are both installed, and both are imported as 'autograd'. "
                    "Keep one in this environment: pip uninstall -y autograd gradbook, then install the one you want",
                    stacklevel=3,
                )
                return
