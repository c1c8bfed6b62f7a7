"""The target: class numbers, or values that are scaled for the network and come back in their own unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._schema import SchemaError, list_of, number, optional, record, text
from nn._text import quoted
from nn.app.datasets import DataError, Dataset
from nn.app.numbers import exponent

__all__ = ["SCHEMA", "Target"]

# From this skewness on (the third standardised moment), values are transformed.
SKEWED = 1.5
# So many errors, evenly out of all, are averaged over.
ERRORS = 50
# How far beyond the values of training, as a share of their range, transformed values are believed.
BEYOND = 0.1
# A value that more rows share stays a lump under any transform.
LUMP = 0.25


SCHEMA = record(
    name=text(),
    classes=list_of(text()),
    mean=number(),
    deviation=number(above=0),
    power=optional(number()),
    low=number(),
    high=number(),
    errors=list_of(number()),
)


@dataclass(frozen=True)
class Target:
    """Values are standardised; skewed ones after the power transform of Yeo and Johnson, with a fitted λ from 0 to 2.

    Any other λ has a bound, next to which whole tails lie, and small errors there are large ones in the values' unit.

    What comes back from a transformed value is the mean over the errors ε that training left, not the median:
    E[y | x] ≈ mean of ψ⁻¹(ŷ + ε), where that is nearer to the values of training.

    Sources: I.-K. Yeo, R. Johnson, "A new family of power transformations to improve normality or symmetry",
    Biometrika 87 (2000), equation 2.1; as in scikit-learn's ``PowerTransformer``. N. Duan, "Smearing estimate: a
    nonparametric retransformation method", Journal of the American Statistical Association 78 (1983), equation 2.3.

    Attributes:
        name: Its name.
        classes: The classes' names by number; empty for values.
        mean, deviation: Of the values, transformed where they are; 0 and 1 for classes.
        power: λ; None where values are not transformed.
        low, high: Bounds of the scaled values that are transformed back.
        errors: What training left, of scaled values that are transformed; none before it.
    """

    name: str
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    deviation: float = 1.0
    power: float | None = None
    low: float = 0.0
    high: float = 0.0
    errors: tuple[float, ...] = ()

    @classmethod
    def fit(cls, dataset: Dataset, rows: NDArray[Any]) -> Self:
        """Measure the target in the given rows, those to train on.

        Raises:
            DataError: It holds numbers too large to compute with.
        """
        if dataset.classes:
            return cls(dataset.target_name, dataset.classes)
        values = dataset.target[rows].astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            if np.abs(values).max() > 1e150:
                raise DataError(
                    f"{dataset.name}: the target {quoted(dataset.target_name)} holds numbers too large to compute "
                    "with, above 1e150; divide it by a power of ten, or leave those rows out"
                )
            size = exponent(values)
            small = np.ldexp(values, -size)
            mean, deviation = np.ldexp([small.mean(), small.std()], size).tolist()
            if not deviation > 1e-12 * abs(mean):
                return cls(dataset.target_name, mean=mean)
            skewness = float((((values - mean) / deviation) ** 3).mean())
        plain = cls(dataset.target_name, mean=mean, deviation=deviation)
        lump = np.unique(values, return_counts=True)[1].max() / len(values)
        return plain._transformed(values, skewness) if abs(skewness) > SKEWED and lump <= LUMP else plain

    def _transformed(self, values: NDArray[np.float64], skewness: float) -> Self:
        """The same, with the transform where that makes the values less skewed."""
        transformer = require("sklearn.preprocessing", "train").PowerTransformer(standardize=False)
        with np.errstate(all="ignore"):
            power = float(np.clip(transformer.fit(values[:, None]).lambdas_[0], 0, 2))
            changed = _transform(values, power)
            mean, deviation = float(changed.mean()), float(changed.std())
            if not np.isfinite(deviation) or not deviation > 1e-9 * abs(mean):
                return self
            scaled = (changed - mean) / deviation
            if not abs(float((scaled**3).mean())) < abs(skewness) / 2:
                return self
        reach = BEYOND * (values.max() - values.min())
        bounds = np.array([values.min() - reach, values.max() + reach])
        low, high = ((_transform(bounds, power) - mean) / deviation).tolist()
        fitted = type(self)(self.name, (), mean, deviation, power, low, high)
        # What cannot be told apart again after the way there and back is better left as it is.
        back = fitted.values(fitted.scaled(values))
        return fitted if np.allclose(back, values, rtol=1e-3, atol=1e-3 * self.deviation) else self

    def scaled(self, target: NDArray[Any]) -> NDArray[Any]:
        """What the loss takes: class numbers ``(rows,)``, or scaled values ``(rows, 1)``.

        Raises:
            DataError: Values are too far from those of training.
        """
        if self.classes:
            return target
        with np.errstate(over="ignore", invalid="ignore"):
            changed = target if self.power is None else _transform(target.astype(np.float64), self.power)
            scaled = ((changed - self.mean) / self.deviation).astype(np.float32)[:, None]
        if not np.isfinite(scaled).all():
            raise DataError(
                f"the target {quoted(self.name)} holds numbers too far from those of training to compute with"
            )
        return scaled

    def values(self, outputs: NDArray[Any]) -> NDArray[np.float64]:
        """The network's outputs ``(rows, 1)`` as values in the target's own unit, ``(rows,)``."""
        scaled = outputs[:, 0].astype(np.float64)
        if self.power is None:
            return scaled * self.deviation + self.mean
        found = np.zeros_like(scaled)
        with np.errstate(over="ignore", invalid="ignore"):
            for error in self.errors or (0.0,):
                value = np.clip(scaled + error, self.low, self.high) * self.deviation + self.mean
                found += _untransform(value, self.power) / (len(self.errors) or 1)
        return np.nan_to_num(found, nan=0.0, posinf=np.finfo(float).max, neginf=-np.finfo(float).max)

    def with_errors(self, outputs: NDArray[Any], scaled: NDArray[Any]) -> Self:
        """The same, with the errors of a network's outputs, where the mean over them is nearer to the values.

        It is not where a long tail makes it the mean of a few huge numbers; without a transform there is no need.
        """
        if self.power is None:
            return self
        quantiles = (np.arange(ERRORS) + 0.5) / ERRORS
        errors = np.quantile((scaled - outputs).astype(np.float64), quantiles).tolist()
        plain, smeared = replace(self, errors=()), replace(self, errors=tuple(errors))
        right = plain.values(scaled)
        with np.errstate(over="ignore"):
            without, over_them = (((each.values(outputs) - right) ** 2).mean() for each in (plain, smeared))
        return smeared if over_them <= without else plain

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What `dataclasses.asdict` made of one.

        Raises:
            SchemaError: Its bounds are in the wrong order.
        """
        if not values["low"] <= values["high"]:
            raise SchemaError("the target's low is above its high")
        numbers = {name: float(values[name]) for name in ("mean", "deviation", "low", "high")}
        power = None if values["power"] is None else float(values["power"])
        errors = tuple(map(float, values["errors"]))
        return cls(str(values["name"]), tuple(values["classes"]), power=power, errors=errors, **numbers)


def _transform(x: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """ψ(x) = ((x + 1)^λ − 1) / λ for x ≥ 0, −((1 − x)^(2 − λ) − 1) / (2 − λ) below."""
    upper, lower = np.log1p(np.maximum(x, 0)), np.log1p(np.maximum(-x, 0))
    above = upper if power == 0 else np.expm1(power * upper) / power
    below = lower if power == 2 else np.expm1((2 - power) * lower) / (2 - power)
    return np.where(x >= 0, above, -below)


def _untransform(y: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """The inverse of `_transform`; values beyond its range become the largest that it has."""
    upper, lower = np.maximum(y, 0), np.maximum(-y, 0)
    tiny = np.finfo(float).tiny - 1
    above = upper if power == 0 else np.log1p(np.maximum(power * upper, tiny)) / power
    below = lower if power == 2 else np.log1p(np.maximum((2 - power) * lower, tiny)) / (2 - power)
    return np.where(y >= 0, np.expm1(above), -np.expm1(below))
