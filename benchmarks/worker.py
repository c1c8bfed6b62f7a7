"""The process in which one contender takes one turn; prints its result as a line of JSON."""

import importlib.util
import json
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    package = Path(__file__).parent
    if os.environ.get("BENCHMARKS_APART"):  # this project's own packages must not be importable
        spec = importlib.util.spec_from_file_location("benchmarks", package / "__init__.py")
        sys.modules["benchmarks"] = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    else:
        sys.path.insert(0, str(package.parent))
    from benchmarks.harness import work

    module, row, contender, seconds = sys.argv[1:]
    print(json.dumps(work(module, row, contender, float(seconds))))
