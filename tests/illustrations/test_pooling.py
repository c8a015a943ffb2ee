"""The example of max-pooling and a pooled digit."""

import numpy as np

from relecture.illustrations.pooling import example_numbers


def test_every_number_after_pooling_is_the_largest_of_its_block(
    mnist_sample_manifest, images, draw_by_command, drawn_sample_names, tmp_path
):
    numbers = draw_by_command("pooling", {"seed": 2}, tmp_path, "--data", str(mnist_sample_manifest))
    assert drawn_sample_names == [images.name]
    originals = {"example": example_numbers(2), "digit": images.train_images[0] / 255}
    for (name, block), rows in numbers.groupby(["image", "block"]):
        original = originals[name]
        side = len(original) // block
        assert len(rows) == side**2
        for row in rows.itertuples():
            top, left = block * row.row, block * row.column
            assert row.value == max(original[i, j] for i in range(top, top + block) for j in range(left, left + block))


def test_the_example_has_whole_numbers_in_blocks_of_both_sizes():
    numbers = example_numbers(2)
    assert numbers.shape == (6, 6)
    assert set(np.unique(numbers)) <= set(range(10))
