"""Schemas: what fits passes, and what does not is named with its place in one short line."""

import pytest

from nn._schema import (
    SchemaError,
    any_float,
    chosen_by,
    file_name,
    in_order,
    list_of,
    mapping_of,
    number,
    one_of,
    path_text,
    record,
    text,
    whole,
)

HUGE = 10**400
CASES = {
    "text": (text(), ["", "ö", "a\nb"], [None, 1, ["a"], "\ud800", "\udcff"]),
    "path": (path_text(), ["/a/b", "a\\b", "\udcff.csv"], [None, "", "a\0b", "\ud800"]),
    "file name": (file_name(), ["a.csv", "..a", "a b"], [None, "", ".", "..", "a/b", "../a", "/a", "a/", "a\0"]),
    "number": (number(), [0, -1.5, 10**15], [None, True, "1", [], float("inf"), float("nan"), HUGE, -HUGE]),
    "positive": (number(above=0), [5e-324, 1], [0, -0.0, -1, float("inf"), HUGE]),
    "float": (any_float(), [0, 1.5, float("inf"), float("nan")], [None, True, "1", [], HUGE]),
    "two": (in_order(text(), whole(0)), [["a", 1], ("", 0)], [None, [], ["a"], ["a", 1, 2], [1, "a"], {"a": 1}]),
    "whole": (whole(1), [1, 2**63 - 1], [0, 1.0, True, 2**63, HUGE, "1", None]),
    "whole of any size": (whole(0, float("inf")), [0, 2**64, HUGE], [-1, 1.0, True, None]),
    "choice": (one_of("a", "b"), ["a"], ["c", None, [], {}, 1]),
    "list": (list_of(whole(0)), [[], [1, 2]], [None, "ab", {}, [1, "a"], [[1]]]),
    "one at least": (list_of(text(), "a list of names", least=1), [["a"]], [[], None]),
    "mapping": (mapping_of(whole(0), key=file_name()), [{}, {"a": 1}], [[], {"../a": 1}, {"a": "1"}]),
    "record": (record(a=text()), [{"a": "x"}, {"a": "x", "b": 1}], [None, [], {}, {"a": 1}]),
    "kinds": (
        chosen_by("kind", {"x": record(a=text())}, "no {} is known"),
        [{"kind": "x", "a": ""}],
        [None, {}, {"kind": "y"}, {"kind": []}, {"kind": "x"}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_fits_passes_and_what_does_not_is_refused_in_a_line(name):
    schema, good, bad = CASES[name]
    for value in good:
        schema(value)
    for value in bad:
        with pytest.raises(SchemaError) as refusal:
            schema(value)
        assert "\n" not in str(refusal.value)


def test_a_refusal_tells_the_way():
    schema = record(runs=mapping_of(record(rows=list_of(whole(0), "a list of rows"))))
    with pytest.raises(SchemaError, match=r"^runs\.first\.rows must be a list of rows: entry 1 must be a whole number"):
        schema({"runs": {"first": {"rows": [1, -1]}}})
    with pytest.raises(SchemaError, match=r"^runs\.'a b': 'rows' is missing$"):
        schema({"runs": {"a b": {}}})


@pytest.mark.parametrize("value", ["x" * 10**7, ["x"] * 10**6, {"x" * 10**7: 1}, 10**4000, "\x1b" * 10**6])
def test_a_refusal_is_short_whatever_is_refused(value):
    for schema in (number(), whole(0), file_name(), mapping_of(text()), list_of(number()), one_of("a")):
        with pytest.raises(SchemaError) as refusal:
            schema(value)
        assert len(str(refusal.value)) < 300


def test_a_long_choice_is_told_in_short():
    with pytest.raises(SchemaError) as refusal:
        one_of(*map(str, range(100)))(None)
    assert str(refusal.value) == f"must be {' or '.join(map(repr, '01234567'))} or another of 100, got None"
