"""IDX files: every type of number, every usual name, and whatever may be wrong with a download."""

import contextlib
import gzip
import tracemalloc
import zlib
from functools import partial

import numpy as np
import pytest

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")
from hypothesis import given
from hypothesis import strategies as st

from nn.app.datasets import DataError, split
from nn.app.idx import features_of_images, load_folder, parse_idx

compress = partial(gzip.compress, mtime=0)  # the same bytes at any time, since they name tests
HTML = b"<!DOCTYPE html><html><title>404 Not Found</title></html>"


@pytest.fixture
def images():
    return np.arange(40 * 3 * 2, dtype=np.uint8).reshape(40, 3, 2)


@pytest.fixture
def labels():
    return (np.arange(40) % 4).astype(np.uint8)


@pytest.fixture
def folder(tmp_path, idx_bytes):
    """A folder with the given arrays under the given names; those that end in .gz are compressed."""

    def make(**files):
        for name, content in files.items():
            name = name.replace("__", ".").replace("_", "-")
            content = content if isinstance(content, bytes) else idx_bytes(content)
            compressed = name.endswith(".gz") and not content.startswith(b"<")
            (tmp_path / name).write_bytes(compress(content) if compressed else content)
        return tmp_path

    return make


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("compress", [bytes, compress], ids=["plain", "gzip"])
def test_every_type_of_number(dtype, compress, idx_bytes):
    array = np.array([[1, -2, 3], [4, 5, 120]]).astype(dtype)
    read = parse_idx(compress(idx_bytes(array)), "file")
    np.testing.assert_array_equal(read, array)
    assert read.dtype == dtype


IMAGES = bytes([0, 0, 8, 3])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "file.gz is not a gzip file: it begins with nothing"),
        (b"\x89PNG....", "file.gz is not a gzip file: it begins with 89 50 4e 47"),
        (HTML, "file.gz is an HTML page, not IDX data"),
        (b"\n\n <html lang='en'>", "file.gz is an HTML page, not IDX data"),
        (compress(HTML)[:-9], "file.gz is a damaged or truncated gzip file"),
        (compress(bytes(1000))[:12] + bytes(30), "file.gz is a damaged or truncated gzip file"),
        (
            compress(HTML),
            "file.gz is not an IDX file: it begins with 3c 21 44 4f, where images begin with 00 00 08 03",
        ),
        (b"\0\0\x07\x01\0\0\0\0", "is not an IDX file: it begins with 00 00 07 01"),
        (b"\0\0\x08\0", "is not an IDX file: it begins with 00 00 08 00"),
        (b"\0\0\x08\xff" + bytes(1020), "is not an IDX file: it begins with 00 00 08 ff"),
        (b"\0\0\x08", "is not an IDX file: it begins with 00 00 08"),
        (IMAGES + b"\0\0\0\x02\0\0", "is truncated"),
        (IMAGES + bytes([0, 0, 0, 2] * 3) + bytes(7), "is truncated: its header promises 8 values and 7 are there"),
        (IMAGES + b"\xff" * 12, "is truncated: its header promises 79,228,162,458,924,105,385,300,197,375 values"),
        (IMAGES + bytes([0, 0, 0, 2] * 3) + bytes(9), "is damaged: more bytes follow the 8 values"),
        (
            IMAGES + bytes(4) + b"\xff" * 8,
            r"is damaged: its header declares an array of shape \(0, 4294967295, 4294967295",
        ),
        (b"\0\0\x0e\4" + b"\xff" * 12 + bytes(4), "is damaged: its header declares an array of shape"),
        (
            compress(IMAGES + b"\xff" * 12),
            "file.gz promises 79,228,162,458,924,105,385,300,197,375 bytes; at most",
        ),
        (compress(IMAGES + bytes([0, 0, 0, 2] * 3) + bytes(7)), "is truncated: .* 7 are there"),
        (compress(IMAGES + bytes([0, 0, 0, 2] * 3) + bytes(8))[:-5], "is a damaged or truncated gzip file"),
        (compress(IMAGES + bytes([0, 0, 0, 2] * 3) + bytes(9)), "is damaged: more bytes follow the 8 values"),
    ],
)
def test_what_is_no_idx_file(content, message):
    with pytest.raises(DataError, match=message):
        parse_idx(content, "file.gz")


@given(st.binary(max_size=40) | st.binary(max_size=20).map(lambda rest: b"\0\0\x08\1\0\0\0" + rest))
def test_any_bytes_are_an_array_or_refused(content):
    with contextlib.suppress(DataError):
        assert parse_idx(content, "file").ndim > 0


@pytest.mark.parametrize(
    ("images_name", "labels_name"),
    [
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
        ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        ("t10k-images-idx3-ubyte", "t10k-labels.idx1-ubyte.gz"),
        ("emnist-letters-test-images-idx3-ubyte", "emnist-letters-test-labels-idx1-ubyte"),
        ("images-idx3-ubyte", "labels-idx1-ubyte"),
        ("Train-Images.IDX3-ubyte", "Train-Labels.IDX1-ubyte"),
    ],
)
def test_one_pair_is_split_in_file_order(images_name, labels_name, folder, images, labels):
    dataset = load_folder(folder(**{images_name: images, labels_name: labels}))
    parts = split(dataset, seed=3)
    np.testing.assert_array_equal(parts.held_out, np.arange(32, 40))
    np.testing.assert_array_equal(np.sort(np.r_[parts.train, parts.validation]), np.arange(32))
    assert parts.how == "the last 8 rows"
    assert dataset.classes == ("0", "1", "2", "3")
    assert dataset.plan.names[:3] == ("pixel_0_0", "pixel_0_1", "pixel_1_0")
    np.testing.assert_array_equal(dataset.features.to_numpy()[1], images[1].ravel())


def test_four_files_bring_their_own_split(folder, images, labels):
    dataset = load_folder(
        folder(
            train_images_idx3_ubyte__gz=images,
            train_labels_idx1_ubyte__gz=labels,
            t10k_images_idx3_ubyte=images[:10],
            t10k_labels_idx1_ubyte=labels[:10],
        )
    )
    parts = split(dataset, seed=0)
    np.testing.assert_array_equal(parts.held_out, np.arange(40, 50))
    np.testing.assert_array_equal(dataset.features.to_numpy()[40:], images[:10].reshape(10, -1))
    assert set(dataset.source["files"]) == {
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    }


def test_a_file_that_is_there_twice_is_read_unpacked(folder, images, labels):
    dataset = load_folder(
        folder(images_idx3_ubyte__gz=images, images_idx3_ubyte=images[::-1], labels_idx1_ubyte=labels)
    )
    np.testing.assert_array_equal(dataset.features.to_numpy()[0], images[-1].ravel())
    assert "images-idx3-ubyte.gz" not in dataset.source["files"]


def test_colour_images_have_three_numbers_a_pixel(folder, labels):
    images = np.zeros((40, 2, 2, 3), dtype=np.uint8)
    dataset = load_folder(folder(images_idx4_ubyte=images, labels_idx1_ubyte=labels))
    assert dataset.plan.names[-1] == "pixel_1_1_2"


NAMES = {"images": "t10k_images_idx3_ubyte", "labels": "t10k_labels_idx1_ubyte"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"t10k_labels_idx1_ubyte": None}, "but not its labels; put t10k-labels-idx1-ubyte beside it"),
        (
            {"t10k_images_idx3_ubyte": None},
            "holds no IDX images under a usual name .*; it holds t10k-labels-idx1-ubyte",
        ),
        ({"t10k_images_idx3_ubyte": None, "t10k_labels_idx1_ubyte": None}, "holds no IDX images .*; it is empty"),
        (
            {"t10k_labels_idx1_ubyte": np.zeros(39, np.uint8)},
            "t10k-images-idx3-ubyte holds 40 images and t10k-labels-idx1-ubyte 39 labels",
        ),
        (
            {"t10k_labels_idx1_ubyte": np.zeros((40, 1), np.uint8)},
            r"an array of shape \(40, 1\), not one label per image",
        ),
        ({"t10k_labels_idx1_ubyte": np.full(40, 7, np.uint8)}, "the target 'label' has one class only, '7'"),
        ({"t10k_labels_idx1_ubyte": np.full(40, np.nan, np.float32)}, "t10k-labels-idx1-ubyte holds NaN or infinity"),
        ({"t10k_images_idx3_ubyte": np.zeros(40, np.uint8)}, r"an array of shape \(40,\), not images"),
        ({"t10k_images_idx3_ubyte": np.zeros((40, 0, 3), np.uint8)}, r"an array of shape \(40, 0, 3\), not images"),
        (
            {"t10k_images_idx3_ubyte": np.where(np.arange(80).reshape(40, 2, 1) == 5, np.inf, 0).astype(np.float32)},
            r"holds inf in image 2, at pixel \(1, 0\)",
        ),
        (
            {"a_images_idx3_ubyte": np.zeros((1, 2, 2), np.uint8), "a_labels_idx1_ubyte": np.zeros(1, np.uint8)},
            "holds several data sets",
        ),
        (
            {
                "train_images_idx3_ubyte": np.zeros((9, 2, 2), np.uint8),
                "train_labels_idx1_ubyte": np.zeros(9, np.uint8),
            },
            r"images for training have shape \(2, 2\), those for testing \(3, 2\)",
        ),
        (
            {
                "train_images_idx3_ubyte": np.zeros((0, 3, 2), np.uint8),
                "train_labels_idx1_ubyte": np.zeros(0, np.uint8),
            },
            "there must be images to train on and images to test on",
        ),
        ({"t10k_images_idx3_ubyte": HTML}, "t10k-images-idx3-ubyte is an HTML page"),
        ({"t10k_labels_idx1_ubyte": b"\0\0\x08\x01\0\0\0\x28\x01"}, "t10k-labels-idx1-ubyte is truncated"),
    ],
)
def test_files_that_do_not_belong_together(change, message, folder, images, labels):
    files = {NAMES["images"]: images, NAMES["labels"]: labels} | change
    with pytest.raises(DataError, match=message):
        load_folder(folder(**{name: content for name, content in files.items() if content is not None}))


def test_images_without_labels_to_predict(images, idx_bytes):
    features = features_of_images(idx_bytes(images), "new")
    assert features.shape == (40, 6)
    assert features.columns[-1] == "pixel_2_1"
    with pytest.raises(DataError, match="not images"):
        features_of_images(idx_bytes(np.zeros(3, np.uint8)), "new")


def test_a_gzip_bomb_is_not_unpacked(idx_bytes):
    """Ten megabytes that unpack to ten gigabytes, behind a header that promises three numbers, or all of them."""
    block = zlib.compressobj(9, wbits=31)
    zeros = block.compress(bytes(2**24)) + block.flush()
    for header in (bytes([0, 0, 8, 1, 0, 0, 0, 3]), bytes([0, 0, 8, 3, 0, 0, 40, 0, 0, 0, 4, 0, 0, 0, 4, 0]), b"text"):
        bomb = compress(header) + zeros * 600
        tracemalloc.start()
        with pytest.raises(DataError, match=r"more bytes follow|promises 10,737,418,240 bytes|is not an IDX file"):
            parse_idx(bomb, "bomb.gz")
        assert tracemalloc.get_traced_memory()[1] < 3e7
        tracemalloc.stop()


def test_images_of_more_pixels_than_a_network_takes(idx_bytes):
    for shape in ((0, 2**14, 2**14), (1, 600, 600)):
        with pytest.raises(DataError, match=r"holds images of \(\d+, \d+\) pixels; at most 262,144 are taken"):
            features_of_images(idx_bytes(np.empty(shape, np.uint8)), "images")
