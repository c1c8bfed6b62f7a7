"""Pictures in PNG or JPEG: a folder with a folder for each class to train on, and single files to predict.

Pillow decodes. What a file promises is held against the limits before it is decoded.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._limits import MOST_INPUTS, MOST_PICTURE_PIXELS
from nn.app.datasets import DataError, Dataset, Plan, listed, pixel_names, shape_of_pixels
from nn.app.fingerprint import read_data
from nn.app.idx import frame_of_images

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["features_of_picture", "holds_pictures", "is_picture", "load_pictures", "read_picture"]

MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
ENDINGS = (".png", ".jpg", ".jpeg")
# Pictures of one size and no more pixels stay as they are; others become squares of this side.
MOST_KEPT_PIXELS, SIDE = 64 * 64, 32


def is_picture(content: bytes) -> bool:
    """Whether a file's bytes begin as a PNG or JPEG file does."""
    return content.startswith(MAGIC)


def read_picture(content: bytes, name: str, shape: tuple[int, ...] | None = None) -> NDArray[np.uint8]:
    """The picture in the bytes of a PNG or JPEG file, turned as its camera was held.

    Args:
        content: The whole file.
        name: What messages call it.
        shape: Height and width to scale it to, and 3 for colours; None leaves it as it is.

    Returns:
        Brightness from 0 to 255, shape ``(height, width)``, or ``(height, width, 3)`` where it has colours.

    Raises:
        DataError: It is something else, damaged, or larger than `nn._limits` allows.
    """
    image, operations = require("PIL.Image", "train"), require("PIL.ImageOps", "train")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            opened = image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
            if (pixels := opened.width * opened.height) > MOST_PICTURE_PIXELS:
                raise DataError(f"{name} has {pixels:,} pixels; at most {MOST_PICTURE_PIXELS:,} are read")
            turned = operations.exif_transpose(opened)
            if "transparency" in turned.info or turned.mode in ("LA", "PA", "RGBA"):
                turned = turned.convert("RGBA")
                paper = image.new("RGBA", turned.size, "white")
                turned = image.alpha_composite(paper, turned)
            plain = turned.mode in ("1", "L", "LA", "I", "I;16", "F") if shape is None else len(shape) == 2
            turned = turned.convert("L" if plain else "RGB")
            if shape is not None and turned.size != (shape[1], shape[0]):
                turned = turned.resize((shape[1], shape[0]), image.Resampling.BOX)
            return np.asarray(turned, dtype=np.uint8)
    except DataError:
        raise
    except Exception as error:  # decoders raise errors of every kind
        said = " ".join(str(error).split())[:100]
        raise DataError(f"{name} is not a readable PNG or JPEG picture ({said})") from None


def holds_pictures(folder: Path) -> bool:
    """Whether a folder has folders with pictures in them."""
    return any(True for _ in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    for inner in sorted(folder.iterdir()):
        if inner.is_dir() and not inner.name.startswith("."):
            yield from (path for path in sorted(inner.iterdir()) if path.suffix.lower() in ENDINGS and path.is_file())


def load_pictures(folder: Path) -> Dataset:
    """The data set in a folder that has a folder of PNG or JPEG files for each class.

    Pictures that are all of one size stay so if they are small; others are scaled to squares. They are grey where all
    of them are.

    Raises:
        DataError: There are too few, or some cannot be read; the message names all of these.
    """
    files = list(_files(folder))
    classes = sorted({path.parent.name for path in files})
    contents = [read_data(path) for path in files]
    digest = hashlib.sha256()
    for path, content in zip(files, contents, strict=True):
        digest.update(f"{path.parent.name}/{path.name}\0".encode(errors="surrogateescape"))
        digest.update(hashlib.sha256(content).digest())
    pictures, problems = [], []
    for path, content in zip(files, contents, strict=True):
        try:
            pictures.append(_small(read_picture(content, f"{path.parent.name}/{path.name}")))
        except DataError as error:
            problems.append(str(error))
    if problems:
        raise DataError(f"{folder}: {len(problems):,} of {len(files):,} pictures cannot be read: {listed(problems, 4)}")
    shape, how = _common_shape(pictures)
    if len(pictures) * int(np.prod(shape)) > MOST_INPUTS:
        raise DataError(f"{folder} holds {len(pictures):,} pictures of {shape} each, too many; leave some out")
    images = np.stack([_shaped(picture, shape) for picture in pictures])
    number_of = {name: number for number, name in enumerate(classes)}
    return Dataset(
        name=folder.resolve().name or "pictures",
        features=frame_of_images(images),
        plan=Plan(pixel_names(*shape), same_unit=True),
        target=np.array([number_of[path.parent.name] for path in files], dtype=np.int64),
        target_name="folder",
        classes=tuple(classes),
        source={"kind": "pictures", "path": str(folder.resolve()), "sha256": digest.hexdigest()},
        report=(f"pictures {len(pictures):,}, {how}",),
    )


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A large picture at once as small as it will be, so that few large ones are held."""
    return picture if picture.shape[0] * picture.shape[1] <= MOST_KEPT_PIXELS else _shaped(picture, (SIDE, SIDE))


def _common_shape(pictures: list[NDArray[np.uint8]]) -> tuple[tuple[int, ...], str]:
    sizes = {picture.shape[:2] for picture in pictures}
    colours = (3,) if any(picture.ndim == 3 for picture in pictures) else ()
    height, width = next(iter(sizes)) if len(sizes) == 1 else (SIDE, SIDE)
    scaled = "" if len(sizes) == 1 else "scaled to "
    return (height, width, *colours), f"{scaled}{width} x {height} pixels, {'in colour' if colours else 'grey'}"


def _shaped(picture: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    image = require("PIL.Image", "train")
    drawn = image.fromarray(picture)
    if len(shape) == 3 and picture.ndim == 2:
        drawn = drawn.convert("RGB")
    return np.asarray(drawn.resize((shape[1], shape[0]), image.Resampling.BOX), dtype=np.uint8)


def features_of_picture(content: bytes, name: str, names: tuple[str, ...], largest: float = 255.0) -> pd.DataFrame:
    """One picture as a table of a row, scaled to what a run expects.

    Args:
        content: The file.
        name: What messages call it.
        names: The run's columns, which are pixels.
        largest: What full brightness is in its data.

    Raises:
        DataError: The run expects something else than pixels, or the file is no picture.
    """
    shape = shape_of_pixels(names)
    if shape is None:
        raise DataError(f"{name} is a picture; this run expects a table with the columns {listed(names)}")
    return frame_of_images(read_picture(content, name, shape)[None] * (largest / 255))
