"""What a JSON file must look like, said once: each part's kind, and one line about the first part that is another.

A schema is a function that takes a value and refuses what does not fit; the functions here make such functions, from
smaller ones where a value has parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, TypeAlias

import autograd as ag

__all__ = [
    "Schema",
    "SchemaError",
    "any_float",
    "chosen_by",
    "file_name",
    "in_order",
    "list_of",
    "mapping_of",
    "number",
    "one_of",
    "optional",
    "path_text",
    "record",
    "text",
    "whole",
]

LONGEST_PATH, LONGEST_NAME = 4096, 255  # of Linux, the longest of any system
MOST_SHOWN = 8  # of what may be chosen

Schema: TypeAlias = Callable[[Any], None]


class SchemaError(ag.GradbookError, ValueError):
    """A part of a file is missing or of another kind; the message says which, and what was expected.

    Args:
        problem: What is wrong with it.
        where: The way to it, from the outside in.
        joint: What stands between the two.
    """

    def __init__(self, problem: str, where: str = "", joint: str = " ") -> None:
        self.problem, self.where, self.joint = problem, where, joint
        super().__init__(f"{where}{joint}{problem}" if where else problem)

    def within(self, name: str) -> SchemaError:
        """The same, seen from outside."""
        shown = name if name.isidentifier() and len(name) <= 40 else _brief(name)
        return SchemaError(self.problem, f"{shown}.{self.where}" if self.where else shown, self.joint)


def record(**parts: Schema) -> Schema:
    """An object that has these parts, whatever else it has.

    Example:
        >>> person = record(name=text(), born=record(year=whole(least=0)))
        >>> person({"name": "Ada", "born": {"year": 1815, "place": "London"}})
        >>> person({"name": "Ada", "born": {"year": "1815"}})
        Traceback (most recent call last):
        ...
        nn._schema.SchemaError: born.year must be a whole number of at least 0, got '1815'
        >>> person({"name": "Ada", "born": {}})
        Traceback (most recent call last):
        ...
        nn._schema.SchemaError: born: 'year' is missing
    """

    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise _refused(value, "an object")
        for name, part in parts.items():
            if name not in value:
                raise SchemaError(f"{name!r} is missing", joint=": ")
            try:
                part(value[name])
            except SchemaError as error:
                raise error.within(name) from None

    return check


def chosen_by(name: str, schemas: dict[str, Schema], unknown: str) -> Schema:
    """An object one of whose parts, a text, says which schema holds for all of it.

    Args:
        name: That part.
        schemas: The schemas by its values.
        unknown: What to say of another value, with a ``{}`` for it.
    """

    def check(value: Any) -> None:
        record(**{name: lambda _: None})(value)
        kind = value[name]
        if not isinstance(kind, str) or kind not in schemas:
            raise SchemaError(unknown.format(_brief(kind)), joint=": ")
        schemas[kind](value)

    return check


def in_order(*items: Schema) -> Schema:
    """A list of so many entries, each described for itself."""

    def check(value: Any) -> None:
        if not isinstance(value, list | tuple) or len(value) != len(items):
            raise _refused(value, f"a list of {len(items)}")
        for place, (item, each) in enumerate(zip(items, value, strict=True)):
            try:
                item(each)
            except SchemaError as error:
                raise SchemaError(f"{place} {error}", "entry") from None

    return check


def list_of(item: Schema, what: str = "a list", least: int = 0) -> Schema:
    """A list of things of one kind, at least so many.

    Example:
        >>> list_of(number(), "a list of means")([0.5, 10**400])
        Traceback (most recent call last):
        ...
        nn._schema.SchemaError: must be a list of means: entry 1 must be a finite number, got one of 401 digits
    """

    def check(value: Any) -> None:
        if not isinstance(value, list | tuple) or len(value) < least:
            raise _refused(value, what)
        place = 0
        try:
            for place, each in enumerate(value):  # noqa: B007 - the place is for the message
                item(each)
        except SchemaError as error:
            raise SchemaError(f"must be {what}: entry {place:,} {error}") from None

    return check


def mapping_of(item: Schema, key: Schema | None = None) -> Schema:
    """An object with values of one kind, under keys of one kind: by default, any."""
    key = key or text()

    def check(value: Any) -> None:
        if not isinstance(value, dict):
            raise _refused(value, "an object")
        for name, each in value.items():
            try:
                key(name)
                item(each)
            except SchemaError as error:
                raise error.within(name) from None

    return check


def text() -> Schema:
    """A text; halves of characters are none, as no file and no terminal takes them."""

    def check(value: Any) -> None:
        if not isinstance(value, str) or not _is_encodable(value):
            raise _refused(value, "a text")

    return check


def path_text() -> Schema:
    """The way to a file; its bytes need be no UTF-8 (PEP 383)."""

    def check(value: Any) -> None:
        usable = isinstance(value, str) and 0 < len(value) <= LONGEST_PATH and "\0" not in value
        if not usable or not _is_encodable(value, "surrogateescape"):
            raise _refused(value, "the path of a file")

    return check


def file_name() -> Schema:
    """The name of a file within a folder: never a way out of it."""

    def check(value: Any) -> None:
        path_text()(value)
        if PurePath(value).name != value or value in (".", "..") or len(value) > LONGEST_NAME:
            raise _refused(value, "the name of a file, without a folder")

    return check


def number(above: float = -math.inf) -> Schema:
    """A finite number above a bound."""
    what = "a finite number" if above == -math.inf else f"a finite number above {above:g}"

    def check(value: Any) -> None:
        if type(value) not in (int, float) or not _is_finite(value) or not value > above:
            raise _refused(value, what)

    return check


def any_float() -> Schema:
    """A number, NaN or an infinity."""

    def check(value: Any) -> None:
        if type(value) is not float and not (type(value) is int and _is_finite(value)):
            raise _refused(value, "a number")

    return check


def whole(least: int, most: float = 2**63 - 1) -> Schema:
    """A whole number from ``least`` on, by default one that 64 bits hold."""

    def check(value: Any) -> None:
        if type(value) is not int or not least <= value <= most:
            raise _refused(value, f"a whole number of at least {least}")

    return check


def optional(item: Schema) -> Schema:
    """What is described, or nothing."""

    def check(value: Any) -> None:
        if value is not None:
            item(value)

    return check


def one_of(*values: Any) -> Schema:
    """One of these values."""

    def check(value: Any) -> None:
        if value not in values:
            shown = [repr(each) for each in values[:MOST_SHOWN]]
            more = [f"another of {len(values)}"] * (len(values) > MOST_SHOWN)
            raise _refused(value, " or ".join(shown + more))

    return check


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False


def _is_encodable(value: str, errors: str = "strict") -> bool:
    try:
        value.encode("utf-8", errors)
    except UnicodeEncodeError:
        return False
    return True


def _refused(value: Any, what: str) -> SchemaError:
    return SchemaError(f"must be {what}, got {_brief(value)}")


def _brief(value: Any) -> str:
    """A value in a few words, however long it is."""
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    if isinstance(value, dict):
        return f"an object of {len(value):,} parts"
    if type(value) is int and abs(value) >= 10**20:
        return f"one of {len(str(abs(value)))} digits"
    shown = repr(value[:80] if isinstance(value, str) else value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
