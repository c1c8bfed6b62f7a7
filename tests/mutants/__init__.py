"""Mutation testing: small faults are put into the engine one at a time, and the tests must notice each."""
