"""Print the lowest allowed version of each requirement of the core and of some extras, as pip takes them.

From a range such as ``numpy>=2.0`` comes ``numpy==2.0``; an exact requirement stays as it is.
"""

import re
import sys
import tomllib
from pathlib import Path


def lowest(project: dict, extras: list[str]) -> list[str]:
    """The requirements of the core and of the extras, each with its lower bound as the exact version."""
    wanted = [*project["dependencies"], *(r for extra in extras for r in project["optional-dependencies"][extra])]
    return sorted({re.sub(r">=([\w.]+).*", r"==\1", requirement) for requirement in wanted})


if __name__ == "__main__":
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    print("\n".join(lowest(tomllib.loads(text)["project"], sys.argv[1:])))
