"""Code that was written for HIPS autograd, run with this project in its place: ``python -m tests.hips --help``."""
