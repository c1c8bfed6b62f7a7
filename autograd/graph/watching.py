"""Who is told when a module runs. A picture of a network wants to know which nodes were made inside which module."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

# Called as ``watcher(module, forward, args, kwargs)`` in place of ``forward(*args, **kwargs)``, where one is set.
Watcher = Callable[[Any, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)
current_watcher = watcher.get
