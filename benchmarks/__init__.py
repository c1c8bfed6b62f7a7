"""Speed, measured side by side: this project and its peers on the same work, in the same run.

``python -m benchmarks`` prints the tables; see `benchmarks.harness` for how time is measured.
"""
