"""Running a tape of numbers: steps, in order and in loops."""
