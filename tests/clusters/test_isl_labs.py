"""The labs' published sums of squares."""

import pytest

from relecture.clusters.isl_labs import book_python, book_r


def test_the_r_lab_prints_104_3319_for_one_start_and_97_9793_for_twenty(datasets):
    ends = book_r(datasets["book_r"].x, seed=4)
    assert ends["one_start"] == pytest.approx(104.3319, abs=5e-5)
    assert ends["twenty_starts"] == pytest.approx(97.97926747939817, abs=1e-9)


def test_the_python_lab_prints_76_8513_for_one_start_and_75_0626_for_twenty(datasets):
    ends = book_python(datasets["book_python"].x, seed=3)
    assert ends["one_start"] == pytest.approx(76.85131986999252, abs=1e-9)
    assert ends["twenty_starts"] == pytest.approx(75.06261242745384, abs=1e-9)
