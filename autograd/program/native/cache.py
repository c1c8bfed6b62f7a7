"""Machine code made once: a generated module is kept as a file, beside numba's cache of what it compiled to.

The file's name is made from everything the code depends on, so that another version of any of it makes another file.
The first use on a machine compiles for some seconds; later processes load the result.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from autograd.program.native.cache_folder import cache_folder


def compiled_module(kind: str, text: str, depends_on: Iterable[Any]) -> Any:
    """The module of that text, compiled; from the cache where it is there.

    Args:
        kind: A word for the file's name.
        text: The module's source.
        depends_on: Modules whose functions are compiled into it.
    """
    name = _name(kind, text, depends_on)
    if not _is_kept(name):
        print(
            f"gradbook: making the native engine's code for {kind}, once for this machine, about a minute; "
            f"it is kept in {cache_folder()}",
            file=sys.stderr,
        )
    path = _written(name, text)
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot import {path}")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def is_compiled(kind: str, text: str, depends_on: Iterable[Any]) -> bool:
    """Whether `compiled_module` would find what an earlier call made."""
    return _is_kept(_name(kind, text, depends_on))


def _name(kind: str, text: str, depends_on: Iterable[Any]) -> str:
    import numba

    digest = hashlib.sha256(f"{sys.version} {numba.__version__} {text}".encode())
    for module in depends_on:
        digest.update(Path(module.__file__ or "").read_bytes())
    return f"gradbook_{kind}_{digest.hexdigest()[:20]}"


def _is_kept(name: str) -> bool:
    return next((cache_folder() / "__pycache__").glob(f"{name}.*.nbi"), None) is not None


def _written(name: str, text: str) -> Path:
    """The file of that text, in the cache folder."""
    folder = cache_folder()
    path = folder / f"{name}.py"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return path
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).replace(path)
    return path
