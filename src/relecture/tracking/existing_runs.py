"""The runs of a record that a store already has: complete ones, restored ones and leftovers."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from relecture.tracking.run_content import LEVEL, LIVE, MEMBER, PARENT, RECORD, RECORD_DIGEST

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

REPLACES = "relecture.replaces"
MAX_REPLACED_IDS = 200  # run ids of 32 characters that fit into one tag


class ExistingRuns:
    """Active runs of one record, or of all records of an experiment; runs without a record are ignored.

    A parent run is complete if it has its record digest. A complete run that another one lists as replaced was
    deleted before; if it is active again, a user restored it to look at it, and it stays.
    """

    def __init__(self, client: "MlflowClient", experiment: str, record: str | None = None):
        self._client = client
        self.runs = [run for run in _search(client, experiment, record) if RECORD in run.data.tags]
        complete = [run for run in self.runs if PARENT not in run.data.tags and RECORD_DIGEST in run.data.tags]
        replaced = {run_id for run in complete for run_id in replaced_ids(run)}
        self.restored = [run for run in complete if run.info.run_id in replaced]
        self.complete = [run for run in complete if run.info.run_id not in replaced]

    def find_current(self, digest: str, n_members: int) -> "Run | None":
        """Return the complete run of exactly this record that has all its children, or None.

        Runs written before runs had a level do not count.
        """
        for run in self.complete:
            tags = run.data.tags
            if tags[RECORD_DIGEST] == digest and LEVEL in tags and len(self._children([run])) == n_members:
                return run
        return None

    def find_live(self) -> "Run | None":
        """Return the run that shows the method while it is fitted, the latest if there are several, or None."""
        live = [
            run for run in self.runs if LIVE in run.data.tags and not {PARENT, RECORD_DIGEST} & run.data.tags.keys()
        ]
        return max(live, key=lambda run: run.info.start_time, default=None)

    def children_of(self, parent: "Run") -> dict[str, "Run"]:
        """Return the runs of the members below a run, by member."""
        return {run.data.tags.get(MEMBER, ""): run for run in self._children([parent])}

    def delete_all_but(self, keep: Iterable["Run"], keep_ids: Iterable[str] = ()) -> None:
        """Delete (softly) all runs except `keep`, their children, and those with `keep_ids`."""
        keep = list(keep)
        kept_ids = {*keep_ids, *(run.info.run_id for run in [*keep, *self._children(keep)])}
        for run in self.runs:
            if run.info.run_id not in kept_ids:
                self._client.delete_run(run.info.run_id)

    def ids_to_replace(self) -> str:
        """Return the tag REPLACES for the run that replaces the complete ones."""
        ids = [run_id for run in self.complete for run_id in (run.info.run_id, *replaced_ids(run))]
        return " ".join(list(dict.fromkeys(ids))[:MAX_REPLACED_IDS])

    def _children(self, parents: list["Run"]) -> list["Run"]:
        ids = {run.info.run_id for run in parents}
        return [run for run in self.runs if run.data.tags.get(PARENT) in ids]


def replaced_ids(run: "Run") -> list[str]:
    """Return the ids of the earlier versions of a parent run, latest first."""
    tag: str = run.data.tags.get(REPLACES, "")
    return tag.split()


def _search(client: "MlflowClient", experiment: str, record: str | None) -> Iterator["Run"]:
    query, token = f"tags.`{RECORD}` = '{record}'" if record else "", None
    while True:
        page = client.search_runs([experiment], query, max_results=1000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
