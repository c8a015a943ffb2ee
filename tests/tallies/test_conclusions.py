"""The conclusions have the numbers of the tables, and name a sample that replaces the real data."""

import json

import pandas as pd
import pytest

from relecture.tallies import METHOD_NAMES
from relecture.tallies.conclusions import conclusions


@pytest.fixture
def conclude(tmp_path):
    """The conclusions from small tables; `conclude(sample="...")` with a sample in place of the real data."""
    folder = tmp_path / "tallies"
    (folder / "base/selected").mkdir(parents=True)
    networks = pd.DataFrame(
        {"model": METHOD_NAMES.values(), "n_labelled": 2000, "target_accuracy_sd": 0.01}, index=[*METHOD_NAMES]
    )
    networks["target_accuracy_as_cut_sd"] = 0.01
    networks["target_accuracy_as_cut"] = pd.Series(
        {"transfer/frozen": 0.92, "transfer/scratch": 0.85, "base/selected": 0.41}
    )
    networks["target_accuracy"] = pd.Series({"transfer/frozen": 0.98, "transfer/scratch": 0.91, "base/selected": 0.61})
    base = {"mnist_accuracy": 0.99, "mnist_accuracy_sd": 0.0}
    networks.loc["base/selected", [*base]] = [*base.values()]
    networks.to_csv(folder / "table.csv", index=False)
    totals = {"party": ["A", "B", "all"], "true": [60, 40, 100], "counted_pretrained": [120, 80, 200]}
    totals |= {"counted_transferred": [61, 40, 101], "counted_prior_corrected": [60, 40, 100]}
    totals["counted_sum_constrained"] = [60, 40, 100]
    pd.DataFrame(totals).to_csv(folder / "totals.csv", index=False)
    seeds = {"method": "final", "network": "MNIST, fine-tuned on 5,000 cells", "n_seeds": 5, "error_sd": 0.004}
    seeds |= {"variant": ["transferred", "prior_corrected", "sum_constrained"], "error": [0.012, 0.002, 0.001]}
    seeds |= {"interval_over": "networks and stations"}
    pd.DataFrame(seeds | {"error_low": -0.01, "error_high": 0.03}).to_csv(folder / "seeds.csv", index=False)
    audits = {"variant": "transferred", "order": ["quality", "random"], "target": "within 1 %", "sheets": 150}
    pd.DataFrame(audits | {"needed": [7, 140]}).to_csv(folder / "checking.csv", index=False)

    (folder / "data").mkdir()
    files = {"file": ["a.png", "b.png", "x.gif"], "sheet": ["a", "b", "x"], "state": ["counted", "counted", "unread"]}
    pd.DataFrame(files | {"reason": ["", "", "it is a GIF file"]}).to_csv(folder / "data/files.csv", index=False)

    def conclude(sample=""):
        data = {"name": sample or "USPS on tally sheets", "sample": bool(sample)}
        (folder / "base/selected/params.json").write_text(json.dumps({"data": data}))
        return conclusions(tmp_path)

    return conclude


def test_the_conclusions_have_the_numbers_of_the_tables(conclude):
    networks, count = conclude()
    assert networks.startswith("A network trained on MNIST alone classifies 99.0 ± 0.0 % of MNIST's digits")
    assert "41.0 ± 1.0 % of those on the sheets as they are cut from their boxes" in networks
    assert "and 61.0 ± 1.0 % once they are cropped, scaled and centred" in networks
    assert "fine-tuned on 2,000 labelled cells it reaches 98.0 ± 1.0 % (as cut 92.0 ± 1.0 %)" in networks
    assert "a network trained on these cells from scratch 91.0 ± 1.0 % (as cut 85.0 ± 1.0 %)" in networks
    assert (
        "sum to 100.0 % before transfer, 1.0 % after transfer, 0.0 % with digit frequencies estimated from the sheets"
        in count
    )
    assert "and 0.0 % with the sums of the form, of all 100" in count
    assert count.endswith("Of 3 files 2 counted, 1 unread (x.gif).")
    assert "5 networks count together: MNIST, fine-tuned on 5,000 cells; with each of them alone" in count
    assert "is 1.20 ± 0.40 % digit by digit (95 % interval over networks and stations: −1.00 to 3.00)" in count
    assert "a person audits 7 of 150 sheets, worst quality first, or 140 in random order" in count


def test_the_conclusions_name_a_sample_in_place_of_the_real_data(conclude):
    networks, _ = conclude(sample="MNIST-5k sample, USPS on tally sheets")
    assert networks.startswith(
        "With a sample in place of the real data (MNIST-5k sample, USPS on tally sheets), a network trained on MNIST"
    )
