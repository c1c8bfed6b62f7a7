"""What the project promises, each with a trial that tries to break it: ``python -m tests.promises``."""
