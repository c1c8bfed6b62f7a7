"""Where a fit spends its time, and where its memory grows."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Phases"]

ORDER = "data", "recording", "steps", "validation", "callbacks", "saving"


class Phases:
    """Seconds by phase, and by how many bytes the process's peak memory grew in each.

    Attributes:
        seconds: By name: ``data`` (waiting for batches), ``recording`` (steps that were recorded and compiled),
            ``steps``, ``validation``, ``callbacks`` (those at epochs), ``saving``.
        growth: Bytes by name; empty where the system does not tell.

    Example:
        >>> phases = Phases()
        >>> with phases.of("steps"):
        ...     with phases.of("data"):
        ...         pass
        >>> sorted(phases.seconds)
        ['data', 'steps']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.growth: dict[str, int] = {}
        self._open: list[str] = []
        self._since = (0.0, 0)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count what passes within the block, but for phases within it, as this phase's."""
        self._count()
        self._open.append(name)
        try:
            yield
        finally:
            self._count()
            self._open.pop()

    def _count(self) -> None:
        now, peak = time.perf_counter(), _peak_memory()
        if self._open:
            name = self._open[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since[0]
            if peak > self._since[1]:
                self.growth[name] = self.growth.get(name, 0) + peak - self._since[1]
        self._since = now, peak

    def move(self, source: str, target: str, seconds: float) -> None:
        """Count a part of one phase as another's."""
        if seconds:
            self.seconds[source] = self.seconds.get(source, 0.0) - seconds
            self.seconds[target] = self.seconds.get(target, 0.0) + seconds

    def __str__(self) -> str:
        """A table, a line for each phase."""
        total = sum(self.seconds.values())
        lines = [f"{'phase':<12}{'time':>11}{'share':>8}{'peak memory':>14}"]
        for name in (*ORDER, "all"):
            seconds = total if name == "all" else self.seconds.get(name)
            if seconds is not None:
                growth = sum(self.growth.values()) if name == "all" else self.growth.get(name, 0)
                share = seconds / total if total else 0.0
                lines.append(f"{name:<12}{seconds:>9.3f} s{share:>8.1%}{growth / 1e6:>+11.1f} MB")
        return "\n".join(lines)


def _peak_memory() -> int:
    """Bytes of memory that this process has had at most; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
