"""Optional libraries: not needed to import or to train, and named when they are missed."""

import subprocess
import sys

import pytest

import autograd as ag
import nn


@pytest.mark.parametrize(
    ("module", "extra", "use"),
    [
        ("safetensors", "train", lambda folder: nn.save(nn.Linear(1, 1), folder / "m")),
        ("safetensors", "train", lambda folder: nn.load(folder / "m")),
        ("safetensors", "train", lambda folder: nn.Checkpoint(folder).on_fit_begin(None)),
        ("matplotlib", "viz", lambda folder: nn.History([{"epoch": 1, "loss": 1.0}]).plot(folder / "m.svg")),
    ],
)
def test_a_missing_library_names_its_extra(module, extra, use, tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(nn.MissingExtraError) as error:
        use(tmp_path)
    assert str(error.value) == f"{module} is not installed; {ag.installing(extra)}"
    assert isinstance(error.value, ImportError)


def test_the_estimators_name_their_extra(monkeypatch):
    monkeypatch.delattr(nn, "estimator", raising=False)  # a look at it imports it
    monkeypatch.delitem(sys.modules, "nn.estimator", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(nn.MissingExtraError) as error:
        _ = nn.estimator
    assert str(error.value) == f"nn.estimator needs scikit-learn; {ag.installing('train')}"


NUMPY_ALONE = """
import sys
for name in ("scipy", "sklearn", "tqdm", "safetensors", "matplotlib", "graphviz", "wasmtime", "llvmlite", "mpi4py"):
    sys.modules[name] = None
import numpy as np
import nn, nn.scalar
model = nn.MLP(2, [4, 1], seed=0)
trainer = nn.Trainer(model, loss=nn.mse, optimizer=nn.Adam(model.parameters()), metrics={"r2": nn.r2_score})
history = trainer.fit(np.eye(2), np.ones((2, 1)), epochs=2)
print(len(history), abs(nn.scalar.MLP(2, [1])([1.0, 2.0]).data) <= 3)  # two weights from −1 to 1
"""


def test_numpy_alone_is_enough_to_train():
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", NUMPY_ALONE], capture_output=True, text=True, check=False
    )
    assert result.stderr == ""
    assert [line[:9] for line in result.stdout.splitlines()] == ["epoch 1/2", "epoch 2/2", "2 True"]
