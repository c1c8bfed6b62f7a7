"""``python -m nn``: see `nn.app.cli`."""

from nn.app.cli import run

if __name__ == "__main__":
    run()
