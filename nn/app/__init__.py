"""What ``python -m nn`` is made of: the command line, data sets and tables, their preparation, runs and reports."""
