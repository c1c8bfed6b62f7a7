"""Python in the browser, without installing: the package as an archive beside a page that runs it by Pyodide."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def archive(path: Path) -> None:
    """Write the two packages, as their wheel holds them, for Pyodide to unpack."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for package in ("autograd", "nn"):
            for file in sorted((ROOT / package).rglob("*")):
                if file.is_file() and file.suffix != ".pyc":
                    packed.write(file, file.relative_to(ROOT))


def _write(app: Any, error: Exception | None) -> None:
    if error is None and app.builder.name == "html":
        static = Path(app.outdir) / "_static"
        archive(static / "gradbook.zip")
        shutil.copy(ROOT / "docs" / "_ext" / "try.html", static)


def setup(app: Any) -> dict[str, Any]:
    """Enter the extension."""
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
