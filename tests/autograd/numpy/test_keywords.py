"""Every argument of NumPy's functions, by each of its values and by pairs of two: NumPy's results, types and slopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from tests.autograd.numpy.calls import Call
from tests.autograd.numpy.keywords import WORDS, Words
from tests.autograd.numpy.test_calls import available, errors, flat, number
from tests.groups import in_groups


def each(table: dict[str, list[Words]] = WORDS) -> list[Any]:
    cases = []
    for name, rows in table.items():
        for i, words in enumerate(rows):
            for chosen in words.choices() if words.words else [{}]:
                text = ", ".join(f"{word}={' '.join(str(value).split())[:30]}" for word, value in chosen.items())
                cases.append(pytest.param(words, chosen, id=f"{name}-{i}-{text}"))
    return cases


def call_of(words: Words, chosen: dict[str, Any]) -> Call:
    return Call(lambda np, x: words.of(np, x, **chosen), (words.x.shape,), lambda _: words.x)


@in_groups(each())
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_an_argument_means_what_it_means_to_numpy(words: Words, chosen: dict[str, Any]) -> None:
    call = call_of(words, chosen)
    try:
        expected = flat(available(call, [words.x]))
    except (TypeError, ValueError):
        with pytest.raises((TypeError, ValueError)):
            call.of(anp, ag.Tensor(words.x))
        return
    y = flat(call.of(anp, ag.Tensor(words.x, requires_grad=True)))
    for ours, theirs in zip(y, expected, strict=True):
        rough = 1e-5 if np.asarray(theirs).dtype == np.float32 else 1e-11
        np.testing.assert_allclose(ag.Tensor(ours).data, theirs, rtol=rough, atol=1e-13)
        assert np.shape(ours) == np.shape(theirs)
        assert words.x.dtype == np.float32 or ag.Tensor(ours).dtype.kind != "f" or ours.dtype == theirs.dtype
    single = any(np.asarray(part).dtype == np.float32 for part in [words.x, *expected])
    if not single and np.isfinite(np.concatenate([np.ravel(part) for part in expected])).all():
        forward, first, second = errors(call)
        assert max(forward, first, second) < 2e-6


@in_groups([each for each in each() if each.values[0].dtype])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_its_type_is_numpys_for_float32(words: Words, chosen: dict[str, Any]) -> None:
    call, x = call_of(words, chosen), words.x.astype(np.float32)
    try:
        expected = flat(available(call, [x]))
    except (TypeError, ValueError):
        return
    y = flat(call.of(anp, ag.Tensor(x, requires_grad=True)))
    assert [ag.Tensor(part).dtype for part in y] == [np.asarray(part).dtype for part in expected]


@in_groups(each(), named=True)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_program_takes_it_too(words: Words, chosen: dict[str, Any], name: str) -> None:
    call = call_of(words, chosen)
    try:
        available(call, [words.x])
    except (TypeError, ValueError):
        return
    function = ag.value_and_grad(lambda x: number(call.of(anp, x)) + ag.sum(x))
    program = ag.compile(function, engine="numpy")
    of_memory = name.startswith(("ravel", "reshape", "flatten")) and chosen.get("order") in ("A", "K")
    if of_memory or name.startswith(("unique", "searchsorted", "argpartition", "nonzero")):
        with pytest.raises((ag.RecordingError, ValueError), match=r"cannot record|a program chooses"):
            program(words.x)
        return
    single = np.float32 in (words.x.dtype, chosen.get("dtype"))
    program(words.x)
    other = (words.x * 0.97 + 0.01).astype(words.x.dtype)
    for ours, theirs in zip(program(other), function(other), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5 if single else 1e-11, atol=1e-12)
