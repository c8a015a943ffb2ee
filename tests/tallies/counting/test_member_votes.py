"""The votes by network: intervals over networks, stations and handwriting, and the table."""

import numpy as np
import pandas as pd
import pytest

from relecture.tallies.counting.member_votes import (
    FINAL,
    VARIANTS,
    MemberVotes,
    block_array,
    error_interval,
    write_seeds,
)

TRUTH = np.full((40, 2), 150)


def test_without_errors_there_is_no_interval():
    result = error_interval(np.stack([TRUTH] * 3), TRUTH)
    assert (result.mean, result.sd, result.low, result.high) == (0, 0, 0, 0)


def test_networks_that_differ_widen_the_interval():
    alike = error_interval(np.stack([TRUTH + 1] * 5), TRUTH)
    other = error_interval(np.stack([TRUTH + shift for shift in (-9, -4, 1, 6, 11)]), TRUTH)
    assert alike.mean == other.mean == pytest.approx(1 / 150)
    assert (alike.low, alike.high) == pytest.approx((1 / 150, 1 / 150))
    assert other.low == pytest.approx(-9 / 150)
    assert other.high == pytest.approx(11 / 150)
    assert other.sd == pytest.approx(np.std([-9, -4, 1, 6, 11], ddof=1) / 150)


def test_one_bad_station_is_in_some_resamples_only():
    votes = TRUTH.copy()
    votes[0] += 600
    result = error_interval(votes[None], TRUTH)
    assert result.mean == pytest.approx(1200 / TRUTH.sum())
    assert result.low == 0  # the station is in no resample with the probability of about 1 / e
    assert result.high > 2.5 * result.mean
    assert np.isnan(result.sd)


def test_an_error_in_one_block_of_handwriting_is_less_certain_than_one_everywhere():
    """The same hundred is added at every station: in all blocks, or in the digits of one writer of ten."""
    blocks = np.zeros((*TRUTH.shape, 3), int)
    blocks[:, :, 0] = np.arange(40)[:, None] % 10
    everywhere, of_one = TRUTH.copy(), TRUTH.copy()
    everywhere[:, 0] += 100
    of_one[np.arange(40) % 10 == 3, 0] += 100
    without, within = (error_interval(of_one[None], TRUTH, each).high for each in (None, blocks))
    assert within > without
    spread = error_interval(everywhere[None], TRUTH)
    assert spread.low == pytest.approx(spread.high)


def images_of(sheets: list[str], parties: list[str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([sheets, [*parties, "All votes"], [2, 3]], names=["sheet", "number", "box"])
    table = index.to_frame(index=False)
    return table.assign(
        image=np.arange(len(table)) // 2, block=np.arange(len(table)) // 4 * 10, use=[1, 2] * (len(table) // 2)
    )


def test_blocks_are_found_by_sheet_party_and_box():
    blocks = block_array(images_of(["s1", "s2"], ["A", "B"]), ["s2"], ["A", "B"])
    assert blocks.tolist() == [[[-1, 0, 0], [-1, 1, 1]]]


@pytest.mark.parametrize("truth_known", [True, False])
def test_the_table_has_a_row_per_network_and_way_of_counting(tmp_path, truth_known):
    sheets, parties = ["s1", "s2", "s3"], ["A", "B"]
    frame = pd.MultiIndex.from_product([sheets, parties], names=["sheet", "party"]).to_frame(index=False)
    frame.assign(votes=[12, 20, 30, 41, 50, 60]).to_csv(tmp_path / "truth.csv", index=False)
    images_of(sheets, parties).to_csv(tmp_path / "images.csv", index=False)
    votes = pd.concat(
        frame.assign(
            method=method,
            network="a network",
            member=member,
            variant=variant,
            votes=[12, 20, 30, 41, 50, 60 + 3 * seed],
        )
        for method in (FINAL, "transfer/frozen", "transfer/scratch_as_cut")
        for seed, member in enumerate(("seed-00", "seed-01"))
        for variant in VARIANTS
    )
    truth, images = (tmp_path / name if truth_known else None for name in ("truth.csv", "images.csv"))
    write_seeds(MemberVotes(votes, "made up", truth, images), tmp_path / "seeds")
    table = pd.read_csv(tmp_path / "seeds.csv")
    assert len(table) == 3 * 3
    assert table.counted.tolist() == pytest.approx([214.5] * 9)
    assert table.n_seeds.tolist() == [2] * 9
    text = (tmp_path / "seeds.md").read_text()
    assert "From scratch, cells as cut" in text
    if truth_known:
        assert table.error.tolist() == pytest.approx([1.5 / 213] * 9)
        assert table.first_error.tolist() == [0] * 9
        assert "used again only after all others of its digit, which holds for 50 % of the digits" in text.replace(
            "\n", " "
        )
    else:
        assert "error" not in table
