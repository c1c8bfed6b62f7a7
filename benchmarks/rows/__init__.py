"""The rows: one module for each kind of work."""

MODULES = ("benchmarks.rows.moons", "benchmarks.rows.mlp")
