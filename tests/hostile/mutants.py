"""Broken files made from good ones, by chance, yet each again from its number."""

from __future__ import annotations

import copy
import gzip
import json
import random
import struct
from collections.abc import Callable, Sequence
from typing import Any

# What parsers stumble over, as text.
WORDS = [
    *("nan", "inf", "-inf", "1e308", "-1e308", "1e-320", "1e400", "-0", "0x10", "1_000", "1" + "0" * 400, "9" * 5000),
    *("2147483648", "4294967296", "9223372036854775808", "18446744073709551616", "-1", "1e15", "0.1e", "٣", "１"),
    *("\x1b[31m", "\x1b]0;t\x07", "\u202e", "\u2028", "\ufeff", "\x9b", "\x7f", "\r", "\n", "\r\n", "\t", " ", "\x85"),
    *('"', '""', "'", ",", ";", "\\", "\\u0000", "\\ud800", "/", "..", "../", "../../etc/passwd", "/dev/zero"),
    *("$x$", "$\\frac", "%s", "{}", "{0.__class__}", "__import__('os').system('id')", "<script>", "]]>", "=cmd()"),
    *("[" * 1000, "{" * 1000, "(" * 1000, "null", "true", "[]", "{}", "x" * 70_000, "kind", "target", "prediction", ""),
]  # fmt: skip
SIZES = [0, 1, 2, 7, 255, 256, 2**15, 2**16, 2**24, 2**28, 2**31 - 1, 2**31, 2**32 - 1]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 0.5, 5e-324, -0.0, 1e308, 10**15, 2**31, 2**63, 2**64, 10**20, 10**400, -(10**400)),
    *("", "x", "\0", "\x1b[2J", "\ud800", "\udcff", "..", "../x", "/etc/passwd", "float64", "object", "S10000000"),
    *([], {}, [[]], [None], [0], {"": 0}, {"kind": "ReLU"}, {"kind": "Sequential", "layers": []}, [1] * 3, ["a", "b"]),
]  # fmt: skip


def of_bytes(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """One to four changes anywhere."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        content = rng.choice(CHANGES)(content, rng, others)[:2_000_000]
    return content


def _span(content: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randint(0, len(content))
    return start, min(len(content), start + rng.choice((0, 1, 1, 2, 4, 8, rng.randint(0, 100), rng.randint(0, 5000))))


def _overwrite(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + rng.randbytes(end - start) + content[end:]


def _flip(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    if changed:
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _insert_word(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(content, rng)
    word = rng.choice(WORDS).encode("utf-8", "surrogatepass")
    return content[:start] + word + content[start if rng.random() < 0.5 else end :]


def _replace_word(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """A cell, number or name becomes another: what a parser takes for one stays one."""
    separators = b',;:\n\t"{}[]() '
    ends = [place for place, byte in enumerate(content) if byte in separators]
    if len(ends) < 2:
        return _insert_word(content, rng, others)
    place = rng.randrange(len(ends) - 1)
    word = rng.choice(WORDS).encode("utf-8", "surrogatepass")
    return content[: ends[place] + 1] + word + content[ends[place + 1] :]


def _remove(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(content, rng)
    return content[:start] + content[end:]


def _repeat(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _span(content, rng)
    return content[:end] + content[start:end] * rng.choice((1, 1, 2, 10, 1000)) + content[end:]


def _cut(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    return content[: rng.randint(0, len(content))]


def _splice(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return content[: rng.randint(0, len(content))] + other[rng.randint(0, len(other)) :]


def _swap_lines(content: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    lines = content.split(b"\n")
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


CHANGES: list[Callable[[bytes, random.Random, Sequence[bytes]], bytes]] = [
    *(_overwrite, _flip, _insert_word, _replace_word, _replace_word, _remove, _repeat, _cut, _splice, _swap_lines)
]


def of_json(value: Any, rng: random.Random) -> bytes:
    """JSON text in which some parts are others: taken out, put twice, exchanged, or of another kind."""
    value = json.loads(json.dumps(value))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        parts = list(_places(value))
        container, key = rng.choice(parts)
        match rng.randrange(6):
            case 0 if isinstance(container, dict):
                del container[key]
            case 1:
                other, inner = rng.choice(parts)
                if inner in other if isinstance(other, dict) else inner < len(other):
                    container[key] = json.loads(json.dumps(other[inner]))
            case 2 if isinstance(container, dict):
                container[rng.choice(WORDS)] = container.pop(key)
            case 3 if isinstance(container, list):
                container.extend(copy.deepcopy(container[key : key + 1] * rng.choice((1, 10, 1000))))
            case _:
                container[key] = copy.deepcopy(rng.choice(VALUES))
        if not 0 < len(_places(value)) < 10_000:
            break
    text = json.dumps(value)
    for word in ("1e400", "Infinity", "-Infinity", "NaN", "[" * 10**4):
        if rng.random() < 0.02:
            text = text.replace("0", word, 1)
    return text.encode()


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        each = stack.pop()
        for key in list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ():
            found.append((each, key))
            stack.append(each[key])
    return found


def of_idx(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Another type, another number of axes, other sides; or any bytes."""
    changed = bytearray(content)
    if rng.random() < 0.6 and len(changed) >= 8:
        changed[2:4] = bytes((rng.choice((8, 9, 11, 12, 13, 14, changed[2])), rng.choice((1, 2, 3, 4, 8, changed[3]))))
        for place in range(4, min(len(changed), 20), 4):
            if rng.random() < 0.4:
                changed[place : place + 4] = struct.pack(">I", rng.choice(SIZES))
        return bytes(changed)
    return of_bytes(content, rng, others)


def of_gzip(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Packed after it was changed, changed after it was packed, or packed several times over."""
    match rng.randrange(4):
        case 0:
            return _packed(of_idx(content, rng, others))
        case 1:
            return of_bytes(_packed(content), rng, [_packed(other) for other in others])
        case 2:
            return _packed(content) + _packed(bytes(rng.choice((0, 1, 10**6)))) * rng.choice((1, 5))
        case _:
            return _packed(_packed(of_idx(content, rng, others)))


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def of_safetensors(content: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Another header, of the right length or not; or any bytes."""
    if rng.random() < 0.3:
        return of_bytes(content, rng, others)
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    metadata = header.get("__metadata__", {})
    if rng.random() < 0.6 and metadata:
        name, text = next(iter(metadata.items()))
        metadata[name] = of_json(json.loads(text), rng).decode()
        changed = json.dumps(header).encode()
    else:
        changed = of_json(header, rng)
    length = len(changed) if rng.random() < 0.95 else rng.choice(SIZES)
    return length.to_bytes(8, "little") + changed + content[8 + size :]
