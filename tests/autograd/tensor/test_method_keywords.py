"""Every argument of an array's methods, by each value and by pairs, tried as NumPy's functions are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Tensor, Value
from tests.autograd.numpy import test_keywords
from tests.autograd.numpy.keywords import Words
from tests.autograd.tensor.method_keywords import METHODS, NOT_HERE
from tests.groups import in_groups

CASES = test_keywords.each(METHODS)


@in_groups(CASES)
def test_an_argument_means_what_it_means_to_an_array(words: Words, chosen: dict[str, Any]) -> None:
    test_keywords.test_an_argument_means_what_it_means_to_numpy.of_case(words, chosen)


@in_groups([case for case in CASES if case.values[0].dtype])
def test_its_type_is_an_arrays_for_float32(words: Words, chosen: dict[str, Any]) -> None:
    test_keywords.test_its_type_is_numpys_for_float32.of_case(words, chosen)


@in_groups(CASES, named=True)
def test_a_program_takes_it_too(words: Words, chosen: dict[str, Any], name: str) -> None:
    test_keywords.test_a_program_takes_it_too.of_case(words, chosen, name)


def test_every_method_of_an_array_has_a_line_or_a_reason() -> None:
    methods = {name for name in dir(np.ndarray) if not name.startswith("_") and callable(getattr(np.ndarray, name))}
    assert methods - set(METHODS) <= NOT_HERE


@pytest.mark.parametrize("name", sorted(NOT_HERE))
def test_what_is_none_of_a_derivative_says_so(name: str) -> None:
    x = Tensor([1.5], requires_grad=True)
    if name in ("item", "tolist"):
        assert getattr(x, name)() == getattr(np.array([1.5]), name)()
        return
    with pytest.raises((TypeError, AttributeError), match=r"^(?!.*Traceback)[^\n]*\b(Tensor|gradient|array)"):
        getattr(x, name)(0, 1)


def test_the_bounds_of_a_value_have_numpys_names() -> None:
    x = Value(2.0)
    for bounds, expected in (
        (((), {"min": 3}), 3.0), (((), {"max": 1}), 1.0), (((0, 1), {}), 1.0), (((0,), {}), 2.0), (((), {}), 2.0),
        (((None, 1.5), {}), 1.5), (((), {"low": 3.0, "max": 4}), 3.0), (((), {"min": None, "max": 1}), 1.0),
    ):  # fmt: skip
        assert x.clip(*bounds[0], **bounds[1]).data == expected
    for args, words in (((0,), {"min": 1}), ((), {"foo": 1})):
        with pytest.raises(TypeError, match=r"^clip takes low and high, or min and max, each side once$"):
            x.clip(*args, **words)
