"""For learners: expressions read from the command line, and exercises."""
