"""Real handwriting, and a small election on sheets."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def simulation_config():
    """Twelve sheets of four parties in two districts."""
    from relecture.tallies.config import LeadingBoxesConfig, SimulationConfig

    return SimulationConfig(
        seed=1,
        n_stations=12,
        n_districts=2,
        n_parties=4,
        n_ballots=400,
        concentration=20.0,
        severity=1.0,
        bad_scan_rate=0.1,
        leading_boxes=LeadingBoxesConfig(empty=0.1, cross=0.1, dash=0.05, struck_out=0.05),
    )


@pytest.fixture(scope="session")
def stand_in():
    """The handwriting that needs no download, split."""
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import split_handwriting

    return split_handwriting(usps.sample())


@pytest.fixture(scope="session")
def handwriting(usps_manifest):
    """The USPS digits, split."""
    from relecture.data import usps
    from relecture.tallies.simulation.handwriting import split_handwriting

    return split_handwriting(usps.load(usps_manifest))


@pytest.fixture(scope="session")
def layout():
    """The standard layout for ten parties."""
    from relecture.tallies.segmentation.layout import FormLayout
    from relecture.tallies.simulation.election import party_names

    return FormLayout.standard(party_names(10))


@pytest.fixture(scope="session")
def election_folder(simulation_config, stand_in, tmp_path_factory) -> Path:
    """A folder with `sheets/`, twelve sheets of an election, and `truth.csv`. Copy it before you change it."""
    from relecture.tallies.simulation.simulate import simulate_sheets

    folder = tmp_path_factory.mktemp("election")
    simulate_sheets(simulation_config, stand_in, folder / "sheets", folder / "truth.csv")
    return folder
