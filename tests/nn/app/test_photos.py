"""Pictures in PNG and JPEG: folders to train on, files to predict, and what is no picture."""

import io
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")
pytest.importorskip("PIL", reason="pictures need Pillow, which is not installed")

from PIL import Image

from nn.app.datasets import DataError
from nn.app.photos import features_of_picture, load_pictures, read_picture
from nn.app.sources import open_dataset, reopen_dataset


def encoded(array, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(np.asarray(array, dtype=np.uint8)).save(file, kind, **options)
    return file.getvalue()


GREY = np.arange(12).reshape(4, 3) * 20
COLOURS = np.arange(36).reshape(4, 3, 3) * 7


def folder_of(place, size=(6, 5), count=12, kind="PNG", colours=()):
    """Pictures that are bright above, and others that are bright below."""
    rng = np.random.default_rng(0)
    for name, part in (("above", slice(None, size[0] // 2)), ("below", slice(size[0] // 2, None))):
        (place / name).mkdir(parents=True)
        for number in range(count):
            image = rng.integers(0, 80, (*size, *colours))
            image[part] += 150
            (place / name / f"{number}.{kind.lower()}").write_bytes(encoded(image, kind))
    return place


def test_a_picture_is_its_pixels():
    np.testing.assert_array_equal(read_picture(encoded(GREY), "x"), GREY)
    np.testing.assert_array_equal(read_picture(encoded(COLOURS), "x"), COLOURS)
    assert read_picture(encoded(COLOURS), "x", (2, 2)).shape == (2, 2)
    assert read_picture(encoded(GREY), "x", (2, 2, 3)).shape == (2, 2, 3)
    jpeg = read_picture(encoded(np.full((8, 8), 77), "JPEG"), "x")
    assert np.abs(jpeg.astype(int) - 77).max() <= 2


def test_a_camera_that_was_turned_and_paper_that_shines_through():
    turned = Image.fromarray(GREY.astype(np.uint8)).getexif()
    turned[274] = 6  # EXIF's orientation: the camera was turned by 90 degrees
    assert read_picture(encoded(GREY, "JPEG", exif=turned), "x").shape == (3, 4)
    clear = np.zeros((2, 2, 4), dtype=np.uint8)
    np.testing.assert_array_equal(read_picture(encoded(clear), "x"), np.full((2, 2, 3), 255))


@pytest.mark.parametrize(
    ("options", "shape", "how"),
    [
        ({}, (6, 5), "pictures 24, 5 x 6 pixels, grey"),
        ({"colours": (3,), "kind": "JPEG"}, (6, 5, 3), "pictures 24, 5 x 6 pixels, in colour"),
        ({"size": (90, 70), "count": 6}, (32, 32), "pictures 12, 32 x 32 pixels, grey"),
    ],
)
def test_a_folder_of_folders_is_a_data_set(options, shape, how, tmp_path):
    dataset = open_dataset(str(folder_of(tmp_path / "photos", **options)))
    assert dataset.name == "photos"
    assert dataset.classes == ("above", "below")
    assert dataset.features.shape == (len(dataset), np.prod(shape))
    assert dataset.report == (how,)
    again = reopen_dataset(json.loads(json.dumps(dataset.source)))
    np.testing.assert_array_equal(again.features, dataset.features)
    (tmp_path / "photos" / "above" / "0.png").write_bytes(encoded(GREY))
    with pytest.raises(DataError, match=r"the pictures in .* have changed since training"):
        reopen_dataset(dataset.source)


def test_train_evaluate_and_predict(command):
    folder_of(Path("photos"), count=30)
    trained = command("train", "photos", "--epochs", "8")
    assert (trained.code, trained.err) == (0, "")
    assert float(re.search(r"held-out accuracy (\S+)", trained.out)[1]) == 1
    assert command("evaluate", "runs/photos").code == 0
    for size in ((6, 5), (60, 50)):
        image = np.zeros((*size, 3))
        image[size[0] // 2 :] = 200
        Path("new.jpg").write_bytes(encoded(image, "JPEG"))
        assert command("predict", "runs/photos", "new.jpg").out.splitlines()[1].startswith("below,")


def test_a_picture_of_a_digit(command):
    pytest.importorskip("sklearn", reason="needs the extra train")
    from sklearn.datasets import load_digits

    command("train", "digits", "--epochs", "8", "--quiet")
    digits = load_digits()
    right = 0
    for image, digit in zip(digits.images[:20], digits.target[:20], strict=True):
        Path("digit.png").write_bytes(encoded(np.kron(image * 255 / 16, np.ones((10, 10)))))
        right += command("predict", "runs/digits", "digit.png").out.splitlines()[1].startswith(f"{digit},")
    assert right >= 19


def test_what_is_no_picture(tmp_path, command):
    with pytest.raises(DataError, match="x is not a readable PNG or JPEG picture"):
        read_picture(encoded(GREY)[:-30], "x")
    place = folder_of(tmp_path / "photos")
    for name in ("above/0.png", "below/3.png"):
        (place / name).write_bytes(b"nothing")
    with pytest.raises(
        DataError, match=r"2 of 24 pictures cannot be read: above/0.png is not a readable PNG .*, below/3.png is not a"
    ):
        load_pictures(place)
    with pytest.raises(DataError, match="x is a picture; this run expects a table with the columns size"):
        features_of_picture(encoded(GREY), "x", ("size",))


def test_a_small_file_that_promises_a_large_picture_is_refused_before_it_is_decoded():
    content = bytearray(encoded(GREY))
    content[16:24] = (9_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    with pytest.raises(DataError, match="x has 81,000,000 pixels; at most 67,108,864 are read"):
        read_picture(bytes(content), "x")
