"""Real handwriting, and a small election on sheets."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def election_spec():
    """Twelve sheets of four parties in two districts."""
    return {
        "seed": 1,
        "sheets": 12,
        "districts": 2,
        "parties": 4,
        "ballots": 400,
        "concentration": 20.0,
        "severity": 1.0,
        "badly_scanned": 0.1,
    }


@pytest.fixture(scope="session")
def stand_in():
    """The handwriting that is always at hand, divided."""
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import divide

    return divide(usps.sample())


@pytest.fixture(scope="session")
def handwriting(usps_manifest):
    """The USPS digits, divided."""
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import divide

    return divide(usps.load(usps_manifest))


@pytest.fixture(scope="session")
def form():
    """The standard form for ten parties."""
    from relecture.tallies.segmentation.layout import Form
    from relecture.tallies.simulation.election import party_names

    return Form.standard(party_names(10))


@pytest.fixture(scope="session")
def election_folder(election_spec, stand_in, tmp_path_factory) -> Path:
    """A folder with `sheets/`, twelve sheets of an election, and `truth.csv` beside it. Copy before you change it."""
    from relecture.tallies.segmentation.sheet_folder import make

    folder = tmp_path_factory.mktemp("election")
    make(election_spec, stand_in, folder / "sheets", folder / "truth.csv")
    return folder
