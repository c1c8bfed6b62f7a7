"""Python in the browser, without installing: the package's wheel beside a page that runs it by Pyodide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


def wheel(folder: Path) -> Path:
    """Build the wheel, as `pip wheel` does, for Pyodide to install or to unpack."""
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


def _write(app: Any, error: Exception | None) -> None:
    if error is None and app.builder.name == "html":
        static = Path(app.outdir) / "_static"
        page = (ROOT / "docs" / "_ext" / "try.html").read_text(encoding="utf-8")
        static.joinpath("try.html").write_text(page.replace("WHEEL", wheel(static).name), encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    """Enter the extension."""
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
