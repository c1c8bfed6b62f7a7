"""The history: rows and columns, a CSV file that loses no bit, and curves."""

import time

import numpy as np
import pytest

import nn

ROWS = [
    {"epoch": 1, "learning_rate": 0.1, "loss": 1 / 3, "accuracy": 0.5, "val_loss": 2 / 3},
    {"epoch": 2, "learning_rate": 0.1, "loss": 1e-17, "accuracy": 1.0},
    {"epoch": 3, "learning_rate": 0.05, "loss": 5e-324, "accuracy": 1.0, "val_loss": 0.1 + 0.2},
]


def test_rows_and_columns():
    history = nn.History(ROWS)
    assert (len(history), list(history), history[0], history[-1]) == (3, ROWS, ROWS[0], ROWS[2])
    assert history.columns == ["epoch", "learning_rate", "loss", "accuracy", "val_loss"]
    assert history["epoch"] == [1, 2, 3]
    assert history["val_loss"] == [2 / 3, 0.1 + 0.2]


def test_an_unknown_column_lists_the_known_ones():
    with pytest.raises(
        KeyError, match="no column 'val_accuracy'; it has epoch, learning_rate, loss, accuracy, val_loss"
    ):
        nn.History(ROWS)["val_accuracy"]
    with pytest.raises(KeyError, match="no rows yet"):
        nn.History()["loss"]


def test_repr():
    history = nn.History(ROWS[1:2])
    assert repr(history) == "History(epoch=2, learning_rate=0.1, loss=1e-17, accuracy=1)"
    history.interrupted = True
    assert repr(history).endswith(", interrupted)")
    assert repr(nn.History()) == "History(no epochs)"


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], []])
def test_a_csv_file_loses_no_bit(rows, tmp_path):
    nn.History(rows).save(tmp_path / "history.csv")
    again = nn.History.load(tmp_path / "history.csv").rows
    assert again == rows
    assert [type(row["epoch"]) for row in again] == [int] * len(rows)


def test_the_csv_text(tmp_path):
    nn.History(ROWS[:2]).save(tmp_path / "history.csv")
    assert (tmp_path / "history.csv").read_text() == (
        "epoch,learning_rate,loss,accuracy,val_loss\n"
        "1,0.1,0.3333333333333333,0.5,0.6666666666666666\n"
        "2,0.1,1e-17,1.0,\n"
    )


def test_curves(tmp_path):
    pytest.importorskip("matplotlib", reason="curves need matplotlib, which is not installed")
    figure = nn.History(ROWS).plot()
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy"]
    drawn = [{line.get_label(): list(line.get_ydata()) for line in axes.lines} for axes in figure.axes]
    assert drawn[0] == {"training": [1 / 3, 1e-17, 5e-324], "validation": [2 / 3, 0.1 + 0.2]}
    assert drawn[1] == {"training": [0.5, 1.0, 1.0]}


@pytest.mark.parametrize(
    ("name", "start"), [("curves.svg", b"<?xml"), ("curves.png", b"\x89PNG"), ("curves.pdf", b"%PDF")]
)
def test_pictures_by_their_ending(name, start, tmp_path):
    pytest.importorskip("matplotlib", reason="curves need matplotlib, which is not installed")
    nn.History(ROWS).plot(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_equal_histories_make_equal_pictures(tmp_path):
    pytest.importorskip("matplotlib", reason="curves need matplotlib, which is not installed")
    for name in ("a.svg", "b.svg"):
        nn.History(ROWS).plot(tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="no epochs to draw"):
        nn.History().plot()


@pytest.mark.parametrize(
    "content",
    [
        b"epoch,loss\n1,x\n",
        b"epoch\n1,2\n",
        b"\xff\n1\n",
        b'epoch\n"1',
        b"epoch\n" + b"1" * 200_000,
        b"a,\x1b[31m\n1,\x1b[31m\n",
    ],
)
def test_a_file_that_is_no_history_is_refused_in_a_line(content, tmp_path):
    (tmp_path / "history.csv").write_bytes(content)
    with pytest.raises(nn.StateError, match=r"history\.csv is not a history: line \d: ") as refusal:
        nn.History.load(tmp_path / "history.csv")
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 400


def test_a_file_without_end_is_no_history(tmp_path):
    with (tmp_path / "history.csv").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(nn.StateError, match=r"is not a history: it has 1,099,511,627,776 bytes"):
        nn.History.load(tmp_path / "history.csv")


def test_a_number_of_400_digits_is_one_all_the_same(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,loss\n1,1" + "0" * 400)
    assert repr(nn.History.load(tmp_path / "history.csv")) == "History(epoch=1, loss=inf)"


def test_the_report_names_each_phase_and_adds_up(tmp_path):
    x = np.random.default_rng(0).normal(size=(400, 4)).astype(np.float32)

    class Slow(nn.Callback):
        def on_epoch_end(self, _trainer):
            time.sleep(0.02)

    trainer = nn.Trainer(nn.MLP(4, [8, 1], seed=0), loss="mse", optimizer="adam", callbacks=[Slow()], compile=True)
    began = time.perf_counter()
    history = trainer.fit(x, x[:, :1], epochs=3, validation_split=0.2, progress=False, resume=tmp_path)
    whole = time.perf_counter() - began
    seconds = history.phases.seconds
    assert set(seconds) == {"data", "recording", "steps", "validation", "callbacks", "saving"}
    assert all(each >= 0 for each in seconds.values())
    assert 0.06 <= seconds["callbacks"] <= sum(seconds.values()) <= whole
    lines = history.report().splitlines()
    assert [line.split()[0] for line in lines] == [
        "phase", "data", "recording", "steps", "validation", "callbacks", "saving", "all"
    ]  # fmt: skip
    assert "saving" not in trainer.fit(x, x[:, :1], epochs=1, progress=False).phases.seconds
    assert nn.History([{"epoch": 1, "loss": 1.0}]).report().splitlines()[-1].split()[:2] == ["all", "0.000"]
