"""The process in which one contender takes one turn; prints its result as a line of JSON."""

import json
import sys

from benchmarks.harness import work

if __name__ == "__main__":
    module, row, contender, seconds = sys.argv[1:]
    print(json.dumps(work(module, row, contender, float(seconds))))
