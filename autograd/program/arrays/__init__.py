"""Running a tape of arrays: memory, and code."""
