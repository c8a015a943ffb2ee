"""The USPS digits, and the sample that replaces them."""

import gzip

import numpy as np
import pytest

from relecture.data import usps
from relecture.errors import UserError


def lines(*rows: tuple[float, ...]) -> bytes:
    """Rows of numbers as a gzipped text file."""
    return gzip.compress("".join(" ".join(map(str, row)) + " \n" for row in rows).encode(), mtime=0)


def test_the_files_hold_as_many_of_each_digit_as_their_description_says(usps_manifest):
    loaded = usps.load(usps_manifest)
    train, test = loaded.labels[:7291], loaded.labels[7291:]
    assert np.bincount(train).tolist() == [1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644]
    assert np.bincount(test).tolist() == [359, 264, 198, 166, 200, 160, 170, 147, 166, 177]
    assert (loaded.name, loaded.sample) == ("USPS", False)


def test_ink_is_one_and_paper_is_zero(usps_manifest):
    loaded = usps.load(usps_manifest)
    assert loaded.images.shape == (9298, 16, 16)
    assert (loaded.images.dtype, loaded.images.min(), loaded.images.max()) == (np.float32, 0, 1)
    assert loaded.images.mean() < 0.5  # there is more paper than ink


def test_the_digits_follow_each_other_as_in_zip_codes(usps_manifest):
    assert usps.load(usps_manifest).labels[:15].tolist() == [6, 5, 4, 7, 3, 6, 3, 1, 0, 1, 7, 0, 1, 1, 7]


def test_the_sample_is_marked_as_one_and_always_the_same(tmp_path):
    path = tmp_path / "usps.json"
    path.write_text('{"files": {}, "name": "usps", "sample": true}')
    loaded = usps.load(path)
    assert loaded.sample
    assert loaded.name == usps.SAMPLE_NAME
    assert loaded.images.shape == (1797, 16, 16)
    assert (loaded.images.min(), loaded.images.max()) == (0, 1)
    assert loaded.digest == usps.sample().digest


def test_a_damaged_file_is_named_with_what_to_do(usps_manifest, tmp_path):
    (tmp_path / "usps").mkdir()
    (tmp_path / "usps/zip.train.gz").write_bytes(b"half a file")
    (tmp_path / "usps.json").write_bytes(usps_manifest.read_bytes())
    with pytest.raises(UserError, match=r"zip\.train\.gz is damaged.*snakemake resources/usps\.json --force"):
        usps.load(tmp_path / "usps.json")


def test_a_missing_file_or_manifest_is_named(usps_manifest, tmp_path):
    with pytest.raises(UserError, match=r"usps\.json is missing"):
        usps.load(tmp_path / "usps.json")
    (tmp_path / "usps.json").write_bytes(usps_manifest.read_bytes())
    with pytest.raises(UserError, match=r"zip\.train\.gz is missing"):
        usps.load(tmp_path / "usps.json")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lines((3, *[0.5] * 255)), "a line is a digit and 256 numbers"),
        (lines((10, *[0.5] * 256)), "a line is a digit and 256 numbers"),
        (lines((3, *[2.0] * 256)), "from -1 to 1"),
        (lines((3, *[0.5] * 256), (4, 0.5)), "cannot be read"),
        (gzip.compress(b"<html>", mtime=0), "cannot be read"),
        (b"<html>", "cannot be read"),
    ],
)
def test_a_file_of_something_else_is_a_user_error(tmp_path, content, reason):
    path = tmp_path / "zip.train.gz"
    path.write_bytes(content)
    with pytest.raises(UserError, match=reason) as caught:
        usps.read_lines(path)
    assert str(path) in str(caught.value)


def test_the_notice_says_what_is_wrong_and_what_to_do():
    notice = usps.sample_notice()
    assert {len(line) for line in notice.splitlines()} == {78}
    for promised in (usps.SAMPLE_NAME, "1,797", "RELECTURE_MIRROR", "data.allow_sample_fallback"):
        assert promised in notice
