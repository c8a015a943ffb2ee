"""Publishing again: nothing new when nothing changed, one new set of runs when something did."""

from pathlib import Path
from unittest.mock import patch

import pytest
import synthetic
from tracking_store import Shop

from relecture.errors import UserError
from relecture.tracking import sync as module
from relecture.tracking.sync import load, publish


def ids(shop: Shop) -> set[str]:
    return {run.info.run_id for run in shop.runs()}


def test_publishing_twice_changes_nothing(shop: Shop) -> None:
    first = shop.publish(shop.network())
    before = ids(shop)
    second = shop.publish(shop.network())
    assert (first.outcome, second.outcome) == ("published", "unchanged")
    assert ids(shop) == before
    assert first.run_id == second.run_id


def test_a_changed_record_takes_the_place_of_the_old_one(shop: Shop) -> None:
    old = shop.publish(shop.network(shift=0.0))
    before = ids(shop)
    new = shop.publish(shop.network(shift=0.01))
    assert new.outcome == "replaced"
    assert not ids(shop) & before
    assert len(ids(shop)) == len(before)
    assert shop.parent().info.run_id == new.run_id != old.run_id
    assert shop.parent().data.metrics["test_error"] == pytest.approx(0.029)


def test_what_was_replaced_can_be_restored_and_is_left_alone_then(shop: Shop) -> None:
    old = shop.publish(shop.network(shift=0.0))
    shop.publish(shop.network(shift=0.01))
    shop.store.client.restore_run(old.run_id)
    assert shop.store.client.get_run(old.run_id).data.metrics["test_error"] == 0.019
    assert shop.publish(shop.network(shift=0.01)).outcome == "unchanged"
    assert old.run_id in ids(shop)
    assert shop.publish(shop.network(shift=0.02)).outcome == "replaced"
    assert old.run_id in ids(shop)


def test_other_methods_and_runs_of_other_people_are_not_touched(shop: Shop) -> None:
    shop.publish(shop.network(method="plain"))
    others = ids(shop) | {shop.store.client.create_run(shop.experiment(), run_name="by hand").info.run_id}
    shop.publish(shop.network(method="dropout", shift=0.0))
    shop.publish(shop.network(method="dropout", shift=0.01))
    assert others < ids(shop)
    assert len(ids(shop)) == len(others) + 4


@pytest.mark.parametrize("broken", ["create_run", "log_inputs", "log_artifact", "set_tag"])
def test_an_interrupted_publication_is_completed_by_the_next(shop: Shop, broken: str) -> None:
    real, calls = getattr(type(shop.store.client), broken), []

    def fails(self, *args, **kwargs):
        calls.append(1)
        if len(calls) == 2:  # in the middle
            raise KeyboardInterrupt
        return real(self, *args, **kwargs)

    with patch.object(type(shop.store.client), broken, fails), pytest.raises(KeyboardInterrupt):
        shop.publish(shop.network())
    assert shop.publish(shop.network()).outcome == "published"
    assert shop.names() == ["dropout", "seed-0", "seed-1", "seed-2"]
    assert shop.publish(shop.network()).outcome == "unchanged"


def test_an_interrupted_replacement_loses_neither_version(shop: Shop) -> None:
    shop.publish(shop.network(shift=0.0))
    with patch.object(module, "_finish", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        shop.publish(shop.network(shift=0.01))
    assert "dropout" in shop.names()
    assert shop.publish(shop.network(shift=0.01)).outcome == "replaced"
    assert shop.names() == ["dropout", "seed-0", "seed-1", "seed-2"]


def test_a_member_deleted_by_hand_comes_back(shop: Shop) -> None:
    shop.publish(shop.network())
    shop.store.client.delete_run(shop.children()["seed-1"].info.run_id)
    assert shop.publish(shop.network()).outcome == "replaced"
    assert shop.names() == ["dropout", "seed-0", "seed-1", "seed-2"]


def test_a_figure_drawn_later_joins_the_run(shop: Shop, tmp_path: Path) -> None:
    record = shop.network(seeds=1)
    first = shop.publish(record)
    synthetic.draw(tmp_path / "late.png")
    folder = shop.results / record.name
    second = publish(shop.store, load(folder), [tmp_path / "late.png"])
    assert (second.outcome, second.run_id) == ("figures added", first.run_id)
    names = {item.path for item in shop.store.client.list_artifacts(first.run_id, "figures")}
    assert names == {"figures/late.png", "figures/overview.png"}
    assert publish(shop.store, load(folder), [tmp_path / "late.png"]).outcome == "unchanged"
    assert publish(shop.store, load(folder)).outcome == "unchanged"


def test_a_figure_that_is_not_there_is_named(shop: Shop) -> None:
    with pytest.raises(UserError, match=r"no such figure: nowhere\.png"):
        shop.publish(shop.network(seeds=1), figures=[Path("nowhere.png")])


def test_a_deleted_experiment_is_restored_without_what_had_been_replaced(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.publish(shop.network(shift=0.0))
    shop.publish(shop.network(shift=0.01))
    shop.store.client.delete_experiment(shop.experiment())
    assert shop.publish(shop.network(shift=0.01)).outcome == "unchanged"
    assert "restored" in capsys.readouterr().out
    assert shop.names() == ["dropout", "seed-0", "seed-1", "seed-2"]
