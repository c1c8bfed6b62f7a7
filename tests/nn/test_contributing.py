"""What CONTRIBUTING.md quotes of layers, optimizers and losses is what stands in the files that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECTION = re.search(
    r"^## Adding a layer, an optimizer, a loss\n(.*?)^## ",
    (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)[1]
# Each block of code, and the file that was named last before it.
QUOTED = re.findall(r"\]\((nn/[\w/]+\.py)\)(?:(?!\]\(nn/).)*?```python\n(.*?)```", SECTION, re.DOTALL)


def test_three_kinds_are_shown() -> None:
    assert [file for file, _ in QUOTED] == ["nn/layers/activations.py", "nn/optim/adaptive.py", "nn/losses/basic.py"]


@pytest.mark.parametrize(("file", "code"), QUOTED)
def test_a_quotation_is_the_code(file: str, code: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    without_docstring = re.sub(r'^    """.*?"""\n\n', "", source, flags=re.MULTILINE | re.DOTALL)
    assert code in source or code in without_docstring


def test_what_the_text_says_of_them_holds() -> None:
    for file, line in (
        ("nn/optim/adaptive.py", 'class Adagrad(Optimizer, name="adagrad"):'),
        ("nn/optim/adaptive.py", 'remembers=("sum",)'),
        ("nn/layers/activations.py", '    "SiLU",\n'),
        ("tests/nn/layers/test_layers.py", '    "silu": ('),
        ("tests/nn/optim/test_optim.py", '(nn.Adagrad, "Adagrad", {})'),
    ):
        assert line in (ROOT / file).read_text(encoding="utf-8")
    for path in re.findall(r"\]\(([\w/.]+)\)", SECTION):
        assert (ROOT / path).is_file()
