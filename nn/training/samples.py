"""What `fit` is given, made ready: batches to train on, samples to validate on, and weights."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Literal, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn._arguments import check_same_length, finite, in_range
from nn.init import Seed
from nn.layers import BatchNorm1d
from nn.losses import Loss
from nn.losses.weighting import weighted_terms
from nn.module import Module
from nn.outputs import outputs_of
from nn.training.data import Column, DataLoader, Indexable, columns_of, split_rows

__all__ = [
    "Batches",
    "Blocks",
    "Held",
    "check_batches",
    "checked",
    "checked_pair",
    "is_sum_of_samples",
    "prepared",
    "seed_number",
    "total_weight",
]

Array: TypeAlias = NDArray[Any]
Item = TypeVar("Item")
ClassWeight: TypeAlias = Mapping[int, float] | Literal["balanced"]


class Held:
    """Samples that are not trained on, by arrays and perhaps the numbers of their rows."""

    def __init__(self, x: Any, y: Any, rows: Array | None = None) -> None:
        self.x, self.y, self._rows = x, y, rows

    @classmethod
    def of(cls, x: Any, y: Any, largest: float, what: str) -> Self:
        """The samples as they were passed; the loss of none would be NaN."""
        held = cls(*checked_pair(x, y, largest))
        if not len(held):
            raise ValueError(f"{what} needs at least one sample, got none")
        return held

    def __len__(self) -> int:
        return len(self.y) if self._rows is None else len(self._rows)

    def whole(self) -> tuple[Any, Array]:
        """All of their inputs and targets."""
        rows = slice(None) if self._rows is None else self._rows
        return Column(self.x).take(rows), Column(self.y).take(rows)

    def parts(self, size: int) -> Iterator[tuple[Any, Array]]:
        """Inputs and targets, so many rows at a time; of no rows at all, one part of none."""
        x, y = Column(self.x), Column(self.y)
        for start in range(0, max(len(self), 1), size):
            part = slice(start, start + size) if self._rows is None else self._rows[start : start + size]
            yield x.take(part), y.take(part)


class Blocks:
    """The batches of an epoch, in lists of neighbours, between which nobody's code runs but the trainer's."""

    def __init__(self, lists: Iterator[list[tuple[Any, ...]]]) -> None:
        self.lists = lists

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return chain.from_iterable(self.lists)


class ClassWeights:
    """What a sample counts, by its class.

    Args:
        loss: The loss, which says how targets are read as classes.
        given: ``{class: weight}``, or ``"balanced"``: of n samples in k classes, one of a class with m has n / (k m).
        targets: The targets of all samples, which ``"balanced"`` counts.

    Raises:
        ValueError: ``given`` is another word, or there is not one class for each sample.
    """

    def __init__(self, loss: Loss, given: ClassWeight, targets: Callable[[], Array]) -> None:
        self._labels = outputs_of(loss).labels
        if not isinstance(given, str):
            self._weights = given
        elif given == "balanced":
            classes, numbers = self._numbered(targets())
            shares = len(numbers) / (len(classes) * np.bincount(numbers))
            self._weights = dict(zip(classes, shares.tolist(), strict=True))
        else:
            raise ValueError(f"class_weight is {given!r}: pass 'balanced' or a dict, {{class: weight}}")

    def __call__(self, targets: Array) -> Array:
        """A weight for each sample.

        Raises:
            ValueError: A class has none.
        """
        classes, numbers = self._numbered(targets)
        missing = [each for each in classes if each not in self._weights]
        if missing:
            raise ValueError(f"class_weight has no weight for class {missing[0]}")
        weights: Array = np.array([float(self._weights[each]) for each in classes])[numbers]
        return weights

    def _numbered(self, targets: Array) -> tuple[list[Any], Array]:
        """The classes that there are, and for each sample the number of its own."""
        labels = self._labels(targets)
        labels = labels.reshape(len(targets), -1)
        if labels.shape[1] != 1:
            raise ValueError("class_weight needs one class for each sample")
        classes, numbers = np.unique(labels[:, 0], return_inverse=True)
        return classes.tolist(), numbers


class Batches:
    """The batches of each epoch, from a data set of ours or a loader of anybody's.

    Args:
        loader: Gives the batches of an epoch each time it is iterated.
        in_file: Whether they come from elsewhere than arrays that were checked as a whole.
        largest: What no number may exceed.
        by_class: What the samples of a loader count, beside the weights that it may give.
    """

    def __init__(self, loader: Any, in_file: bool, largest: float, by_class: ClassWeights | None = None) -> None:
        self.loader, self._in_file, self._largest, self._by_class = loader, in_file, largest, by_class
        self.seconds = 0.0  # that the latest epoch has waited for its batches
        self.from_arrays = type(loader) is DataLoader and not in_file

    def __len__(self) -> int:
        return len(self.loader)

    def from_step(self, start: int) -> Iterator[tuple[Any, ...]]:
        """The batches of the next epoch that come after so many; see `DataLoader.batches`."""
        if isinstance(self.loader, DataLoader):
            batches = self.loader.batches(start)
        else:
            batches = (batch for number, batch in enumerate(self.loader) if number >= start)
        return self._timed(map(self._checked, batches) if self._in_file else batches)

    def blocks_from_step(self, start: int, reuse: bool) -> Blocks:
        """The same of arrays, for nobody but the trainer; see `DataLoader.blocks`."""
        return Blocks(self._timed(self.loader.blocks(start, reuse)))

    def _timed(self, items: Iterator[Item]) -> Iterator[Item]:
        """The same, with the seconds that they took."""
        self.seconds, clock = 0.0, time.perf_counter
        before = clock()
        for item in items:
            self.seconds += clock() - before
            yield item
            before = clock()
        self.seconds += clock() - before

    def _checked(self, batch: Any) -> tuple[Any, ...]:
        if not (isinstance(batch, tuple | list) and len(batch) in (2, 3)):
            raise TypeError(f"a loader gives batches (x, y), and this one gave {type(batch).__name__}")
        x, y, *weights = (checked("x", batch[0], self._largest), *map(finite, ("y", "weights"), batch[1:]))
        if self._by_class is not None:
            by_class = self._by_class(y)
            weights = [by_class * weights[0] if weights else by_class]
        return x, y, *weights


def prepared(
    model: Module,
    loss: Loss,
    x: Any,
    y: Any,
    *,
    batch_size: int | Literal["full"],
    validation_split: float,
    validation_data: Any,
    class_weight: ClassWeight | None,
    sample_weight: Any,
    seed: Seed,
    shuffle: bool = True,
) -> tuple[Batches, Held | None]:
    """The batches that `fit` trains on, and the samples to validate on, once all that can be seen now is right."""
    largest = largest_of(model)
    if in_range("validation_split", validation_split, below=1) and validation_data is not None:
        raise ValueError("pass validation_split or validation_data, not both")
    held = None if validation_data is None else Held.of(*_pair(validation_data), largest, "validation_data")
    if y is None and not isinstance(x, DataLoader) and not isinstance(x, np.ndarray) and isinstance(x, Indexable):
        x = DataLoader(x, batch_size, shuffle=shuffle, seed=seed)
        in_file = True
    elif y is None:
        if not (isinstance(x, Iterable) and hasattr(x, "__len__")) or isinstance(x, np.ndarray):
            raise TypeError("fit takes inputs and targets, fit(x, y, …), or a loader of batches (x, y) with a length")
        in_file = True
    else:
        in_file = any(isinstance(part, np.memmap) for part in (x if isinstance(x, tuple) else (x,)))
        # What lies in a file is checked batch by batch, so that it is read no more than once an epoch.
        x, y = (x, finite("y", y)) if in_file else checked_pair(x, y, largest)
        check_same_length(Column(x)._arrays[0], y)
        weights = weights_of(loss, y, class_weight, sample_weight)
        rows = None
        if validation_split:
            rows, others = split_rows(len(y), validation_split, seed)
            held = Held(x, y, others)
        dataset = (x, y) if weights is None else (x, y, weights)
        return Batches(DataLoader(dataset, batch_size, shuffle=shuffle, seed=seed, rows=rows), in_file, largest), held
    if validation_split:
        raise ValueError("validation_split goes with arrays, fit(x, y); with a loader, pass validation_data=")
    if sample_weight is not None:
        raise ValueError("sample_weight goes with arrays, fit(x, y); a loader gives batches (x, y, weights)")
    if class_weight is None:
        return Batches(x, in_file, largest), held
    check_weighable(loss)
    return Batches(x, in_file, largest, ClassWeights(loss, class_weight, lambda: _targets_of(x))), held


def check_batches(model: Module, batches: Batches) -> None:
    """Refuse, before the first step, what no epoch can be made of.

    Raises:
        ValueError: There is no batch.
        ShapeError: The last one has a single sample, of which a batch normalisation can make nothing.
    """
    loader = batches.loader
    if not len(batches):
        few = ": it has fewer samples than one batch, which drop_last leaves out"
        raise ValueError(f"the loader gives no batch{few if getattr(loader, 'drop_last', False) else ''}")
    if (
        isinstance(loader, DataLoader)
        and loader.size_of_last == 1
        and any(isinstance(m, BatchNorm1d) for m in model.modules())
    ):
        raise ag.ShapeError(
            f"the last batch has one sample; BatchNorm1d needs two: take another batch_size than {loader.batch_size} "
            "or fit(nn.DataLoader((x, y), …, drop_last=True))"
        )


def _pair(data: Any) -> tuple[Any, Any]:
    columns = [column.whole for column in columns_of(data)]
    return columns[0], columns[1]


def seed_number(seed: Seed) -> Seed:
    """The seed, where it is a number, or else a number from it: one that can be saved."""
    plain = isinstance(seed, int | np.integer)
    return int(seed) if plain else int(np.random.default_rng(seed).integers(2**63))  # type: ignore[arg-type]


def largest_of(model: Module) -> float:
    """The largest number of the precision that a network computes in."""
    kinds = [parameter.dtype for parameter in model.parameters() if parameter.dtype.kind == "f"]
    return min((float(np.finfo(kind).max) for kind in kinds), default=float("inf"))


def checked(name: str, x: Any, largest: float = float("inf")) -> Any:
    """Inputs as an array of finite numbers, or a tuple of several."""
    if isinstance(x, tuple) and x and all(hasattr(part, "ndim") and part.ndim for part in x):
        return tuple(finite(f"{name}[{number}]", part, largest) for number, part in enumerate(x))
    return finite(name, x, largest)


def checked_pair(x: Any, y: Any, largest: float = float("inf")) -> tuple[Any, Array]:
    """Inputs and targets as arrays, one for one and without NaN or infinity."""
    x, y = checked("x", x, largest), finite("y", y)
    for part in x if isinstance(x, tuple) else (x,):
        check_same_length(part, y)
    return x, y


def weights_of(loss: Loss, y: Array, class_weight: ClassWeight | None, sample_weight: Any) -> Array | None:
    """A weight for each sample; None where all count alike.

    Raises:
        ValueError: There is one that is negative, or a class without a weight; or the loss cannot weigh samples.
    """
    if class_weight is None and sample_weight is None:
        return None
    check_weighable(loss)
    weights = np.ones(len(y)) if sample_weight is None else finite("sample_weight", sample_weight).astype(np.float64)
    if weights.shape != (len(y),):
        raise ValueError(f"sample_weight needs a number for each of {len(y)} samples, got shape {weights.shape}")
    if weights.min() < 0 or not weights.any():
        raise ValueError(f"sample_weight needs numbers from 0, and some above it, got {weights.min():g} as the least")
    return weights if class_weight is None else weights * ClassWeights(loss, class_weight, lambda: y)(y)


def check_weighable(loss: Loss) -> None:
    """Refuse to weigh samples where a loss does not give each one's."""
    if "reduction" not in _parameters_of(loss):
        raise ValueError(f"{getattr(loss, '__name__', loss)} takes no reduction='none', which weights of samples need")


def _targets_of(loader: Any) -> Array:
    """Those of all samples; of a loader that is not ours, those of an epoch."""
    return finite("y", loader.y if isinstance(loader, DataLoader) else np.concatenate([yb for _, yb, *_ in loader]))


def _parameters_of(loss: Loss) -> Mapping[str, Any]:
    try:
        return inspect.signature(loss).parameters
    except (TypeError, ValueError):
        return {}


def is_sum_of_samples(loss: Loss) -> bool | None:
    """Whether a loss is a sum over samples and not a mean; None where its ``reduction`` does not tell.

    Example:
        >>> import functools
        >>> from nn import mse
        >>> is_sum_of_samples(mse), is_sum_of_samples(functools.partial(mse, reduction="sum"))
        (False, True)
    """
    found = _parameters_of(loss).get("reduction")
    return {"mean": False, "sum": True}.get(getattr(found, "default", None))  # type: ignore[arg-type]


def weighted(loss: Loss, outputs: Any, targets: Any, weights: Any) -> Any:
    """The loss with a weight for each sample: Σ w l / Σ w, or Σ w l for a loss that is a sum; 0 where none counts."""
    each = loss(outputs, targets, reduction="none")
    if each.ndim > 1:
        each = ag.mean(each.reshape(len(each), -1), axis=1)
    if not isinstance(weights, ag.Tensor):
        weights = ag.Tensor(weights, dtype=each.dtype)
    elif weights.dtype != each.dtype:
        weights = weights.astype(each.dtype)
    total = ag.sum(weighted_terms(each, weights))
    return total if is_sum_of_samples(loss) else total / total_weight(weights)


def total_weight(weights: Any) -> Any:
    """Σ w, as a Tensor; 1 where no sample counts, so that nothing is divided by 0."""
    total = ag.sum(weights if isinstance(weights, ag.Tensor) else ag.Tensor(weights))
    return ag.where(ag.equal(total, 0), 1.0, total)
