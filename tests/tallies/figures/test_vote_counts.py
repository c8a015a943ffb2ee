"""The figures of the count, with and without the truth."""

import numpy as np
import pandas as pd
import pytest
from made_counts import made_election, sure

from relecture import plotting
from relecture.tallies.counting.audit import AuditedCounts
from relecture.tallies.counting.vote_tables import CountedElection
from relecture.tallies.figures import audit, vote_counts


@pytest.fixture(scope="module")
def known() -> CountedElection:
    """An election with true votes."""
    return made_election(truth_known=True)


@pytest.fixture(scope="module")
def unknown() -> CountedElection:
    """The same election without true votes."""
    return made_election(truth_known=False)


@pytest.mark.parametrize("which", ["known", "unknown"])
def test_every_figure_of_the_count_is_drawn_with_and_without_the_truth(which, tmp_path, request):
    election = request.getfixturevalue(which)
    unreadable = pd.DataFrame(
        {"sheet": ["x", "y"][: election.n_unreadable], "district": ["D1", "D2"][: election.n_unreadable]}
    )
    with plotting.style():
        figures = {
            "quality": vote_counts.quality(election, unreadable),
            "result": vote_counts.result(election),
            "curves": audit.curves(election),
            "groups": audit.groups(election),
            "margins": audit.margins(election),
        }
        for name, figure in figures.items():
            assert all(axes.get_xlabel() for axes in figure.axes)
            plotting.save(figure, tmp_path / name)
    assert len(list(tmp_path.glob("*.svg"))) == 5


def test_the_example_sheet_has_few_errors_if_there_are_any(known, unknown):
    audited = known.variants["transferred"]
    n_errors = (audited.errors != 0).sum(1)
    assert n_errors[vote_counts.example(audited)] == n_errors[n_errors > 0].min()
    quality = unknown.variants["transferred"].counts.quality
    assert quality[vote_counts.example(unknown.variants["transferred"])] == np.sort(quality)[20]


def test_a_miscounted_number_is_annotated_with_the_true_one():
    audited = AuditedCounts(sure(np.array([[123, 45, 6]])), np.array([[123, 46, 6]]))
    corners = np.array([[0, 0], [10, 0], [10, 10], [0, 10]])
    outlines = np.array([corners + np.array([20 * column, 30 * row]) for row in range(3) for column in range(3)])
    with plotting.style():
        figure = vote_counts.sheet(np.full((200, 150), 200, np.uint8), outlines, audited, 0)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[:9] == list("123045006")
    assert texts[9:] == ["123", "45, true: 46", "6"]
