"""Changes that change nothing, or nothing that is promised: why."""

# By file and line's text.
KNOWN: dict[tuple[str, str], str] = {}
