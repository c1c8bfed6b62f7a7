"""The rows: one module for each kind of work."""

MODULES = tuple(
    f"benchmarks.rows.{name}"
    for name in ("moons", "west", "tiny", "mlp", "functions", "growth", "ways", "fit", "start")
)
