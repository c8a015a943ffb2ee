"""Errors of CNNs that differ in the size or number of their filters."""

from relecture.data import mnist

CONFIG = {"seed": 2, "n_seeds": 2, "n_images": 60, "n_test": 40, "epochs": 1, "kernel_sizes": [1, 3],
          "n_filters": [2, 8]}  # fmt: skip


def test_one_thing_varies_at_a_time_and_parameters_are_counted(
    mnist_sample_manifest, draw_by_command, drawn_sample_names, tmp_path
):
    numbers = draw_by_command("filters", CONFIG, tmp_path, "--data", str(mnist_sample_manifest))
    assert drawn_sample_names == [mnist.SAMPLE_NAME]
    parameters = numbers.groupby(["varied", "value"]).parameters.unique()

    def expected(n_filters, size):  # two convolutions with biases, and ten classes from maps of 7 x 7
        return n_filters * (size**2 + 1) + 2 * n_filters * (n_filters * size**2 + 1) + 10 * (2 * n_filters * 49 + 1)

    for size in (1, 3):
        assert parameters["kernel_size", size].tolist() == [expected(8, size)]
    for n_filters in (2, 8):
        assert parameters["n_filters", n_filters].tolist() == [expected(n_filters, 3)]
    # The network with eight filters of 3 x 3 is in both comparisons.
    errors = numbers.set_index(["varied", "value", "member"]).test_error.sort_index()
    assert errors["kernel_size", 3].to_dict() == errors["n_filters", 8].to_dict()
