"""IDX files, the format of MNIST: one array of numbers, after a header that tells its type and shape.

Source of the format: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File
formats": two zero bytes, a type code, the number of axes, each axis's length as a big-endian 32-bit integer, the data.
"""

from __future__ import annotations

import gzip
import io
import math
import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._limits import MOST_COLUMNS, MOST_DATA_BYTES
from nn.app.datasets import DataError, Dataset, Plan, listed, pixel_names
from nn.app.fingerprint import Fingerprint, read_with_fingerprint

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GZIP_MAGIC", "features_of_images", "frame_of_images", "is_html", "is_idx", "load_folder", "parse_idx"]

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

MOST_AXES = 8

GZIP_MAGIC = b"\x1f\x8b"
HTML_START = re.compile(rb"\s*<(!doctype|html|head|\?xml)", re.IGNORECASE)

# train-images-idx3-ubyte.gz, t10k-images.idx3-ubyte, emnist-letters-test-images-idx3-ubyte ...
IMAGES = re.compile(r"(?P<part>.*?)[-_.]?images[-_.]idx\d[-_.]\w+(\.gz)?", re.IGNORECASE)
LABELS = re.compile(r"(?P<part>.*?)[-_.]?labels[-_.]idx\d[-_.]\w+(\.gz)?", re.IGNORECASE)
USUAL_NAMES = (
    "train-images-idx3-ubyte and train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, "
    "with or without .gz"
)


def is_idx(content: bytes) -> bool:
    """Whether a file's bytes begin as an IDX file does, or as a gzip file."""
    return content.startswith((b"\0\0", GZIP_MAGIC))


def is_html(content: bytes) -> bool:
    """Whether a file's bytes begin as a web page does.

    Example:
        >>> is_html(b"<!DOCTYPE html><title>404 Not Found</title>"), is_html(b"age,city")
        (True, False)
    """
    return HTML_START.match(content) is not None


def parse_idx(content: bytes, name: str) -> NDArray[Any]:
    """The array in the bytes of an IDX file, plain or gzip-compressed.

    Args:
        content: The whole file.
        name: What messages call it.

    Raises:
        DataError: It is something else, truncated or damaged.

    Example:
        >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]), "three-labels")
        array([7, 8, 9], dtype=uint8)
        >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7]), "three-labels")
        Traceback (most recent call last):
        ...
        nn.app.datasets.DataError: three-labels is truncated: its header promises 3 values and 1 is there;
        fetch it again
    """
    content = _uncompressed(content, name)
    header = _header(content)
    if header is None:
        raise DataError(
            f"{name} is not an IDX file: it begins with {content[:4].hex(' ') or 'nothing'}, "
            "where images begin with 00 00 08 03 and labels with 00 00 08 01"
        )
    dtype, shape, start = header
    promised, there = math.prod(shape), len(content) - start
    if there < promised * dtype.itemsize:
        found = max(there, 0) // dtype.itemsize
        raise DataError(
            f"{name} is truncated: its header promises {promised:,} values and {found:,} "
            f"{'is' if found == 1 else 'are'} there; fetch it again"
        )
    if there > promised * dtype.itemsize:
        raise DataError(f"{name} is damaged: more bytes follow the {promised:,} values that its header promises")
    if math.prod(max(side, 1) for side in shape) > MOST_DATA_BYTES:  # a side of 0 hides any others
        raise DataError(f"{name} is damaged: its header declares an array of shape {shape}")
    array: NDArray[Any] = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def _header(content: bytes) -> tuple[np.dtype[Any], tuple[int, ...], int] | None:
    """Type, shape and place of the data, as the first bytes of a file tell them; None where it is no IDX file."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES or not 1 <= content[3] <= MOST_AXES:
        return None
    start = 4 + 4 * content[3]
    shape = tuple(int.from_bytes(content[place : place + 4], "big") for place in range(4, start, 4))
    return np.dtype(TYPES[content[2]]), shape, start


def _uncompressed(content: bytes, name: str) -> bytes:
    if is_html(content):
        raise DataError(f"{name} is an HTML page, not IDX data, perhaps of a download that failed; fetch it again")
    if content.startswith(GZIP_MAGIC):
        try:
            return _unpacked(content, name)
        except (EOFError, OSError, zlib.error) as error:
            raise DataError(f"{name} is a damaged or truncated gzip file ({error}); fetch it again") from None
    # Browsers and proxies decompress on their own at times, so a plain file may well be called .gz.
    if name.endswith(".gz") and not content.startswith(b"\0\0"):
        raise DataError(
            f"{name} is not a gzip file: it begins with {content[:4].hex(' ') or 'nothing'}; fetch it again"
        )
    return content


def _unpacked(content: bytes, name: str) -> bytes:
    """What a gzip file holds: no more than the header of IDX data promises, and a byte by which to know better."""
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        begin = file.read(4 + 4 * MOST_AXES)
        header = _header(begin)
        if header is None:
            return begin + file.read(2**16)  # enough to see that it is damaged, or what it is
        dtype, shape, start = header
        promised = math.prod(shape) * dtype.itemsize
        if promised > MOST_DATA_BYTES:
            raise DataError(f"{name} promises {promised:,} bytes; at most {MOST_DATA_BYTES:,} are read")
        return begin + file.read(max(start + promised + 1 - len(begin), 0))


@dataclass(frozen=True)
class Pair:
    """Images with their labels."""

    images: NDArray[Any]
    labels: NDArray[Any]
    fingerprints: dict[str, Fingerprint]


def load_folder(folder: Path, only: Collection[str] | None = None) -> Dataset:
    """The data set in a folder of IDX files: the four files of MNIST, or one images/labels pair.

    Of four, ``train-...`` is for training and ``t10k-...`` or ``test-...`` is held out. Of one pair, the first 80 %
    are for training and the last 20 % are held out.

    Args:
        folder: The folder, with the files under any of their usual names.
        only: The files' names, where they are known from an earlier run; others are not looked at.

    Raises:
        DataError: Files are missing or damaged, or do not belong together.
    """
    pairs = _find_pairs(folder, only)
    if len(pairs) == 1:
        images, labels = pairs[0].images, pairs[0].labels
        training_rows = len(images) * 4 // 5
    else:
        shapes = [pair.images.shape[1:] for pair in pairs]
        if shapes[0] != shapes[1]:
            raise DataError(f"{folder}: images for training have shape {shapes[0]}, those for testing {shapes[1]}")
        images = np.concatenate([pair.images for pair in pairs])
        labels = np.concatenate([pair.labels for pair in pairs])
        training_rows = len(pairs[0].images)
        if not 0 < training_rows < len(images):
            raise DataError(f"{folder}: there must be images to train on and images to test on")
    classes, target = np.unique(labels, return_inverse=True)
    return Dataset(
        name=folder.resolve().name or "idx",
        features=frame_of_images(images),
        plan=Plan(pixel_names(*images.shape[1:]), same_unit=True),
        target=target.astype(np.int64),
        target_name="label",
        classes=tuple(f"{each:g}" for each in classes),
        source={
            "kind": "idx",
            "path": str(folder.resolve()),
            "files": {name: mark for pair in pairs for name, mark in pair.fingerprints.items()},
        },
        training_rows=training_rows,
    )


def frame_of_images(images: NDArray[Any]) -> pd.DataFrame:
    """Images as a table, a row for each, with a column for each pixel."""
    frame = require("pandas", "train").DataFrame
    return frame(images.reshape(len(images), -1), columns=list(pixel_names(*images.shape[1:])))


def features_of_images(content: bytes, name: str) -> pd.DataFrame:
    """The images in the bytes of one file as a table, a row for each, with a column for each pixel.

    Raises:
        DataError: It is something else, damaged, or holds no images.
    """
    images = _checked_images(parse_idx(content, name), name)
    return frame_of_images(images)


def _find_pairs(folder: Path, only: Collection[str] | None) -> list[Pair]:
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and (only is None or path.name in only))
    # Where a file is there plain and compressed, the plain one comes last here and is taken.
    images = {found["part"].lower(): name for name in reversed(names) if (found := IMAGES.fullmatch(name))}
    labels = {found["part"].lower(): name for name in reversed(names) if (found := LABELS.fullmatch(name))}
    if not images:
        there = f"; it holds {listed(names, most=6)}" if names else "; it is empty"
        raise DataError(
            f"{folder} holds no IDX images under a usual name ({USUAL_NAMES}), nor folders of PNG or JPEG files{there}"
        )
    for part, name in images.items():
        if part not in labels:
            partner = re.sub("images", "labels", re.sub(r"idx\d", "idx1", name), flags=re.IGNORECASE)
            raise DataError(f"{folder} holds {name} but not its labels; put {partner} beside it")
    parts = sorted(images, key=lambda part: not part.endswith("train"))
    four_files = len(parts) == 2 and parts[0].endswith("train") and parts[1].endswith(("t10k", "test"))
    if len(parts) > 1 and not four_files:
        raise DataError(
            f"{folder} holds several data sets ({listed(sorted(images.values()))}); keep one pair of files, "
            "or one for training and one for testing, in a folder"
        )
    return [_read_pair(folder, images[part], labels[part]) for part in parts]


def _read_pair(folder: Path, images_name: str, labels_name: str) -> Pair:
    images_content, images_print = read_with_fingerprint(folder / images_name)
    labels_content, labels_print = read_with_fingerprint(folder / labels_name)
    images = _checked_images(parse_idx(images_content, str(folder / images_name)), str(folder / images_name))
    labels = parse_idx(labels_content, str(folder / labels_name))
    if labels.ndim != 1:
        raise DataError(f"{folder / labels_name} holds an array of shape {labels.shape}, not one label per image")
    if len(images) != len(labels):
        raise DataError(
            f"{images_name} holds {len(images):,} images and {labels_name} {len(labels):,} labels; "
            f"they do not belong together (in {folder})"
        )
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise DataError(f"{folder / labels_name} holds NaN or infinity")
    return Pair(images, labels, {images_name: images_print, labels_name: labels_print})


def _checked_images(images: NDArray[Any], name: str) -> NDArray[Any]:
    if images.ndim < 2 or 0 in images.shape[1:]:
        raise DataError(
            f"{name} holds an array of shape {images.shape}, not images, which have shape (images, rows, columns)"
        )
    if math.prod(images.shape[1:]) > MOST_COLUMNS:
        raise DataError(f"{name} holds images of {images.shape[1:]} pixels; at most {MOST_COLUMNS:,} are taken")
    if images.dtype.kind == "f" and not (finite := np.isfinite(images)).all():
        place = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise DataError(f"{name} holds {images[place]} in image {place[0]}, at pixel {place[1:]}; repair the file")
    return images
