"""The runs a store already has of a record: which of them count, and which are leftovers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from relecture.tracking.run_content import LEVEL, PARENT, RECORD, RECORD_DIGEST

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

REPLACES = "relecture.replaces"
REMEMBERED = 200  # run ids of 32 characters that fit into one tag


class Shelf:
    """The active runs of one record, or of all records of an experiment; other people's runs are not seen.

    A parent run is complete when it has its record digest. One that a complete parent says it has replaced
    was deleted before; when it is active again, somebody restored it to look at it, and it stays.
    """

    def __init__(self, client: "MlflowClient", experiment: str, record: str | None = None):
        self._client = client
        self.runs = [run for run in _search(client, experiment, record) if RECORD in run.data.tags]
        complete = [run for run in self.runs if PARENT not in run.data.tags and RECORD_DIGEST in run.data.tags]
        replaced = {name for run in complete for name in replaces(run)}
        self.restored = [run for run in complete if run.info.run_id in replaced]
        self.complete = [run for run in complete if run.info.run_id not in replaced]

    def current(self, digest: str, members: int) -> "Run | None":
        """The complete run of exactly this record, with all its children; not one of before runs had a level."""
        for run in self.complete:
            tags = run.data.tags
            if tags[RECORD_DIGEST] == digest and LEVEL in tags and len(self._children([run])) == members:
                return run
        return None

    def clear(self, keep: Iterable["Run"]) -> None:
        """Delete, softly, every run but `keep` and its children."""
        keep = list(keep)
        kept = {run.info.run_id for run in [*keep, *self._children(keep)]}
        for run in self.runs:
            if run.info.run_id not in kept:
                self._client.delete_run(run.info.run_id)

    def _children(self, parents: list["Run"]) -> list["Run"]:
        ids = {run.info.run_id for run in parents}
        return [run for run in self.runs if run.data.tags.get(PARENT) in ids]


def replaces(run: "Run") -> list[str]:
    """Ids of the earlier versions of a parent run, the latest first."""
    return run.data.tags.get(REPLACES, "").split()


def replaced_by_next(shelf: Shelf) -> str:
    """The tag for the run that takes the place of the shelf's complete ones."""
    ids = [name for run in shelf.complete for name in (run.info.run_id, *replaces(run))]
    return " ".join(list(dict.fromkeys(ids))[:REMEMBERED])


def _search(client: "MlflowClient", experiment: str, record: str | None) -> Iterable["Run"]:
    where, token = f"tags.`{RECORD}` = '{record}'" if record else "", None
    while True:
        page = client.search_runs([experiment], where, max_results=1000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
