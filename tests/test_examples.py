"""The programs of the site's examples, for a few steps: they run, and learn."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parent.parent / "docs/examples"


def run(monkeypatch: pytest.MonkeyPatch, name: str, *options: str) -> dict[str, Any]:
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *options])
    return runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")


def test_the_oscillation(monkeypatch: Any, capsys: Any, tmp_path: Path) -> None:
    found = run(monkeypatch, "physics", "--steps", "800", "--save", str(tmp_path / "u.svg"))
    errors = [float(number) for number in re.findall(r"off by ([\d.]+)", capsys.readouterr().out)]
    assert errors[-1] < errors[0] / 2
    assert (tmp_path / "u.svg").stat().st_size > 1000
    t, h = np.linspace(0.1, 0.9, 9), 1e-4  # and what it is compared with satisfies the equation
    exact, D, omega = found["exact"], found["D"], found["OMEGA"]
    bend = (exact(t + h) - 2 * exact(t) + exact(t - h)) / h**2
    slope = (exact(t + h) - exact(t - h)) / (2 * h)
    np.testing.assert_allclose(bend + 2 * D * slope + omega**2 * exact(t), 0, atol=1e-4)


def test_learning_to_learn(monkeypatch: Any, capsys: Any) -> None:
    run(monkeypatch, "maml", "--steps", "1000")
    rows = re.findall(r"(\d+) steps on ten points: ([\d.]+) from the learnt start, ([\d.]+)", capsys.readouterr().out)
    learnt = {int(steps): float(loss) for steps, loss, _ in rows}
    assert set(learnt) == {0, 1, 5, 10}
    assert learnt[1] < learnt[0]


def test_the_autoencoder(monkeypatch: Any, capsys: Any, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="needs the extra train")
    run(monkeypatch, "vae", "--epochs", "5", "--save", str(tmp_path / "new.png"))
    trained, held_out = map(float, re.findall(r"\d+\.\d+", capsys.readouterr().out))
    assert max(trained, held_out) < 36  # 44 where every pixel is ½
    assert (tmp_path / "new.png").stat().st_size > 1000


def test_two_decays(monkeypatch: Any, capsys: Any) -> None:
    pytest.importorskip("scipy", reason="needs the extra scipy")
    found = run(monkeypatch, "decay", "--steps", "50")
    np.testing.assert_allclose(found["fitted"], found["right"], rtol=1e-3)  # SciPy's least squares, on its own
    np.testing.assert_allclose(found["fitted"], found["TRUE"], rtol=0.05)
    losses = [float(loss) for loss in re.findall(r"loss (\S+?):? ", capsys.readouterr().out)]
    assert losses[0] < losses[1]


def test_how_long_parts_last(monkeypatch: Any) -> None:
    pytest.importorskip("scipy", reason="needs the extra scipy")
    found = run(monkeypatch, "survival", "--parts", "500")
    np.testing.assert_allclose(found["fitted"], found["right"], rtol=1e-3)  # SciPy's search, on its own
    errors = found["relative_errors"]
    assert np.all(abs(np.log(found["fitted"] / [found["SHAPE"], found["SCALE"]])) < 3 * errors)
    few = run(monkeypatch, "survival", "--parts", "125")["relative_errors"]
    np.testing.assert_allclose(few, 2 * errors, rtol=0.35)  # like one over the root of their number
