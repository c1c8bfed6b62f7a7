"""Print the README's own command of a given name: the one line of the fenced block under `<!-- command: NAME -->`."""

import re
import sys
from pathlib import Path


def readme_command(readme: str, name: str) -> str:
    """The command under the marker; exactly one line, in a fence directly below it."""
    blocks = re.findall(rf"^<!-- command: {re.escape(name)} -->\n```\w*\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    if len(blocks) != 1 or "\n" in blocks[0].strip():
        sys.exit(f"README.md: expected one fenced line right under '<!-- command: {name} -->', found {len(blocks)}")
    return blocks[0].strip()


if __name__ == "__main__":
    print(readme_command(Path("README.md").read_text(encoding="utf-8"), sys.argv[1]))
