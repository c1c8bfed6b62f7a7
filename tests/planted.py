"""Wrong sentences of articles and of earlier notebooks, each planted where a cell of the notebooks says what is right.

`tests.test_notebooks` runs the notebooks with them: after the cell that holds the assertion ``holds``, ``wrong`` is
asserted in its place, and has to fail. ``python -m tests.planted`` does that alone, and prints a line for each.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[1] / "notebooks"


class Planted(NamedTuple):
    """A sentence that is not so.

    Attributes:
        notebook: The number of the notebook that says how it is.
        said: The sentence.
        holds: The assertion of the right one, as it stands in one cell.
        wrong: What would have to hold if the sentence were right.
    """

    notebook: str
    said: str
    holds: str
    wrong: str


PLANTED = (
    # Earlier versions of the notebooks.
    Planted(
        "07",
        "a network of 51,978 numbers",
        "assert sum(p.size for p in network().parameters()) == 50_990",
        "assert sum(p.size for p in network().parameters()) == 51_978",
    ),
    Planted(
        "05",
        "with ten times the weights the gradient of sigmoids vanishes all the more",
        "assert 0.05 < tenfold[0] / tenfold[-1] < 0.2",
        "assert tenfold[0] / tenfold[-1] < vanishing[0] / vanishing[-1]",
    ),
    Planted(
        "05",
        "at forty times it still vanishes",
        "assert fortyfold[0] > 5 * fortyfold[-1]",
        "assert fortyfold[0] < fortyfold[-1]",
    ),
    Planted(
        "05",
        "a network of sigmoids loses a factor of four at each layer, whatever its weights",
        "assert (large[:-1] / large[1:] > 0.25).all()",
        "assert (large[:-1] / large[1:] <= 0.25).all()",
    ),
    Planted(
        "05",
        "with weights three times too large each layer multiplies the gradient of the weights by more than 1",
        "assert exploding[0] < exploding[-1]",
        "assert exploding[0] > exploding[-1]",
    ),
    Planted(
        "04",
        "cross-entropy pulls harder than squares where a linear output is far off",
        'assert np.linalg.norm(pull["J"]) > 10 * np.linalg.norm(pull["cross-entropy"])',
        'assert np.linalg.norm(pull["J"]) < np.linalg.norm(pull["cross-entropy"])',
    ),
    Planted(
        "04",
        "the hidden layer's XOR has two mistakes: without biases it learns as well",
        "assert not any(near[name, False] for name in first_weights)",
        "assert any(near[name, False] >= near[name, True] for name in first_weights)",
    ),
    Planted(
        "04",
        "without biases no start comes to the right side of ½",
        'assert 0 < right_side["normal, twice as wide", False] < right_side["normal, twice as wide", True]',
        'assert right_side["normal, twice as wide", False] == 0',
    ),
    Planted(
        "04",
        "the update of the trainer of one layer is wrong because of its hidden_error",
        "assert np.allclose(mended_gradient(weights), measured, rtol=1e-6)",
        "assert not np.allclose(mended_gradient(weights), measured, rtol=1e-3)",
    ),
    Planted(
        "04",
        "on inputs of 0 and 1 the slope x(1 − x) lets something through",
        "assert not (bits * (1 - bits)).any()",
        "assert (bits * (1 - bits)).any()",
    ),
    Planted(
        "08",
        "on the same rows a pupil learns more from the teacher's probabilities, however many rows",
        "assert abs(by_teacher[len(train)] - by_labels[len(train)]) < 0.01",
        "assert by_teacher[len(train)] > by_labels[len(train)] + 0.01",
    ),
    Planted(
        "09",
        "with = in place of += the last sample's share remains",
        "assert w.grad == x[0].data",
        "assert w.grad == x[-1].data",
    ),
    Planted(
        "06",
        "Adagrad's steps only shrink",
        "assert lengths[2] > lengths[1]",
        "assert lengths[0] >= lengths[1] >= lengths[2]",
    ),
    Planted(
        "04",
        "one layer's loss on XOR is ½ at weights of zero alone",
        "assert math.isclose(((Y - far_out) ** 2).sum() / 2, surface.min(), rel_tol=1e-9)",
        "assert ((Y - far_out) ** 2).sum() / 2 > surface.min() + 0.01",
    ),
    Planted(
        "07",
        "dropout makes these digits' accuracy better",
        "assert abs(gain.mean()) < 0.015",
        "assert gain.mean() > 0.015",
    ),
    # Articles: the sentences and numbers that notebook 04 goes through.
    Planted(
        "04",
        "the gradient of one layer is (y − ŷ) x σ′",
        "assert np.allclose(slope(loss, w), right, rtol=1e-6)",
        "assert np.allclose(slope(loss, w), published, rtol=1e-3)",
    ),
    Planted(
        "04",
        "the activations are [0.7, 1.3]",
        "assert np.allclose(z1, [0.6, 1.3])",
        "assert np.allclose(right['a1'], [0.7, 1.3], atol=0.05) or np.allclose(z1, [0.7, 1.3], atol=0.05)",
    ),
    Planted(
        "04",
        "the loss of the outputs [0.9, 0.99] is 2.485",
        "assert abs(follows - 6.735) < 5e-4",
        "assert abs(follows - 2.485) < 5e-4",
    ),
    Planted(
        "04",
        "the sigmoid's range is [−1, 1]",
        "assert sigmoid(line).min() > 0",
        "assert sigmoid(line).min() < -0.9",
    ),
    Planted(
        "04",
        "the network learns the targets [3, 4]",
        "assert 6.5 < float(example_loss(trained)) < 6.6",
        "assert float(example_loss(trained)) < 1",
    ),
    Planted(
        "04",
        "δ of ½Σ is 2(ŷ − y)",
        "assert np.allclose(with_half, claimed - t)",
        "assert np.allclose(with_half, 2 * (claimed - t))",
    ),
    Planted(
        "04",
        "2(ŷ − y) is −5.98",
        "assert np.isclose(without_half[1], -6.02)",
        "assert np.isclose(without_half[1], -5.98)",
    ),
    Planted(
        "04",
        "0.9 − 0.1 · (−0.1) = 1.0",
        "assert math.isclose(0.9 - 0.1 * -0.1, 0.91)",
        "assert math.isclose(0.9 - 0.1 * -0.1, 1.0)",
    ),
    Planted(
        "04",
        "the updated W₁ is 4 by 1",
        'assert gradient["W1"].shape == updated["W1"].shape == parameters["W1"].shape == (2, 2)',
        'assert updated["W1"].shape == (4, 1)',
    ),
    Planted(
        "04",
        "∂L/∂W_l = A_{l−1} δ_{l+1}",
        'assert np.allclose(np.outer(delta2, right["a1"]), measured, rtol=1e-5)',
        "assert np.allclose(as_printed, measured, rtol=0.01) or np.allclose(as_printed.T, measured, rtol=0.01)",
    ),
    Planted(
        "04",
        "with Z = σ(…) its slope is σ′(Z)",
        "assert math.isclose(ag.grad(ag.sigmoid)(z), out * (1 - out))",
        "assert math.isclose(ag.grad(ag.sigmoid)(z), twice, rel_tol=0.01)",
    ),
    Planted(
        "04",
        "more layers help against vanishing gradients",
        "assert sigmoids[0] > 10 * sigmoids[1] > 100 * sigmoids[2]",
        "assert sigmoids[0] <= sigmoids[1] <= sigmoids[2]",
    ),
    Planted("04", "ReLU causes vanishing gradients", "assert 0.1 < relus < 10", "assert relus <= sigmoids[2]"),
    Planted(
        "04",
        "backpropagation is a special gradient descent",
        "assert np.allclose(steps, 0.1 * by_backpropagation) == (method is nn.SGD)",
        "assert np.allclose(steps, 0.1 * by_backpropagation)",  # Adam's, the last
    ),
    Planted(
        "04",
        "SGD is something else than backpropagation",
        "assert np.allclose(moved.grad.data, by_backpropagation)",
        "assert not np.allclose(moved.grad.data, by_backpropagation)",
    ),
    Planted(
        "04",
        "½Σ and the mean are the same loss",
        "assert np.allclose(averaged, halved * 2 / len(said))",
        "assert np.allclose(averaged, halved)",
    ),
    Planted(
        "04",
        "y may stand for output and target",
        "assert ag.grad(lambda y: ag.sum((y - y) ** 2) / 2)(said).tolist() == [0.0] * 4",
        "assert np.allclose(ag.grad(lambda y: ag.sum((y - y) ** 2) / 2)(said), halved)",
    ),
    Planted(
        "04",
        "one index may stand for sample and input",
        "assert by_the_letter not in meant",
        "assert by_the_letter in meant",
    ),
    Planted(
        "04",
        "the derivative of cross-entropy for the prediction is ŷ − y",
        "assert np.allclose(ag.grad(of_probabilities)(prediction), -target / prediction)",
        "assert np.allclose(ag.grad(of_probabilities)(prediction), prediction - target)",
    ),
    Planted(
        "04",
        "the book Deep Learning is by LeCun, Bengio and Hinton",
        'assert authors_of("Deep Learning", 2016) & authors_of("Deep learning", 2015) == {"Bengio"}',
        'assert authors_of("Deep Learning", 2016) == {"LeCun", "Bengio", "Hinton"}',
    ),
    Planted(
        "04",
        "backpropagation first appeared in print in 1986",
        "assert min(year for _, _, year, *_ in works) == 1976",
        "assert min(year for _, _, year, *_ in works) == 1986",
    ),
    Planted(
        "04",
        "averaging the gradients of slope and intercept finds the line",
        "assert np.allclose(right_fit, best, atol=1e-6)",
        "assert np.allclose(wrong, best, atol=1e-2)",
    ),
)


def probes(notebook: str) -> dict[str, list[str]]:
    """For each assertion of a notebook the cells that plant what is wrong, to be run after its cell."""
    found = defaultdict(list)
    for planted in PLANTED:
        if planted.notebook == notebook:
            found[planted.holds].append(probe(planted.said, planted.wrong))
    return dict(found)


def probe(said: str, wrong: str) -> str:
    """A cell that fails where an assertion holds."""
    unnoticed = f"raise RuntimeError({'not noticed: ' + said!r})"
    return f"try:\n    {wrong}\nexcept AssertionError:\n    pass\nelse:\n    {unnoticed}"


def runner() -> Any:
    """The module ``notebooks/run.py``."""
    spec = importlib.util.spec_from_file_location("notebook_runner", FOLDER / "run.py")
    if spec is None or spec.loader is None:
        raise ImportError("notebooks/run.py is not there")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Run the notebooks that have something planted, or those that are named."""
    run = runner()
    for script in run.scripts():
        number = script.stem[:2]
        if probes(number) and (not sys.argv[1:] or number in sys.argv[1:]):
            run.executed(script, probes(number))
            for planted in PLANTED:
                if planted.notebook == number:
                    print(f"{number}  noticed: {planted.said}")


if __name__ == "__main__":
    main()
