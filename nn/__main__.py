"""``python -m nn``: see `nn.app.cli`."""

import io
import os
import sys

from nn.app.cli import main

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A line at a time into pipes and files too; and no failure over a class name the terminal cannot show.
            stream.reconfigure(line_buffering=True, errors="replace")
    try:
        code = main()
    except BrokenPipeError:
        # As the Python documentation advises: nobody reads any more, and the interpreter must not complain on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)
