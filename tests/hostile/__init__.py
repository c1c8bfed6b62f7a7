"""Hostile input: every loader fed with broken files, for as long as one likes; see `python -m tests.hostile --help`."""
