"""The runs of a record that a store already has: complete ones of all versions, live ones and leftovers."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from relecture.tracking.run_content import CURRENT, LEVEL, LIVE, MEMBER, PARENT, RECORD, RECORD_DIGEST

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


class ExistingRuns:
    """Active runs of one record, or of all records of an experiment, of this folder; others are ignored.

    A parent run is complete if it has its record digest. One complete run of a record is current; those of earlier
    versions are superseded.

    Args:
        client: Client of the store.
        experiment: Id of the experiment.
        record: Name of the record; all records by default.
        origin: Tags that name owner and folder of the runs; a run with another value is ignored, one without is not.
    """

    def __init__(
        self, client: "MlflowClient", experiment: str, record: str | None = None, origin: dict[str, str] | None = None
    ):
        self._client = client
        found = (run for run in _search(client, experiment, record) if RECORD in run.data.tags)
        self.runs = [run for run in found if all(run.data.tags.get(k, v) == v for k, v in (origin or {}).items())]
        complete = [run for run in self.runs if PARENT not in run.data.tags and RECORD_DIGEST in run.data.tags]
        self.complete = sorted(complete, key=lambda run: run.info.start_time, reverse=True)

    def find(self, digest: str, n_members: int) -> "Run | None":
        """Return the complete run of exactly this record that has all its children, a current one first, or None.

        Runs written before runs had a level do not count.
        """
        for run in sorted(self.complete, key=is_superseded):
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

    def duplicates(self, digest: str, run_id: str) -> list["Run"]:
        """Return the complete runs of exactly this record other than that with `run_id`."""
        return [run for run in self.complete if run.data.tags[RECORD_DIGEST] == digest and run.info.run_id != run_id]

    def superseded(self) -> list["Run"]:
        """Return the complete runs of earlier versions, latest first."""
        return [run for run in self.complete if is_superseded(run)]

    def set_current(self, run: "Run", current: bool) -> None:
        """Mark a complete run and its children as the current version, or as superseded, unless they are."""
        from mlflow.entities import RunTag

        value = "true" if current else "false"
        for one in [run, *self._children([run])]:
            if one.data.tags.get(CURRENT) != value:
                self._client.log_batch(one.info.run_id, tags=[RunTag(CURRENT, value)])

    def delete(self, runs: Iterable["Run"]) -> None:
        """Delete (softly) these parent runs and their children."""
        deleted = {run.info.run_id for parent in runs for run in [parent, *self._children([parent])]}
        for run_id in deleted:
            self._client.delete_run(run_id)
        self.runs, self.complete = (
            [run for run in of if run.info.run_id not in deleted] for of in (self.runs, self.complete)
        )

    def delete_leftovers(self, keep_ids: Iterable[str] = ()) -> None:
        """Delete (softly) the runs that belong to no complete one, except those with `keep_ids`."""
        kept_ids = {*keep_ids, *(run.info.run_id for run in [*self.complete, *self._children(self.complete)])}
        for run in self.runs:
            if run.info.run_id not in kept_ids:
                self._client.delete_run(run.info.run_id)

    def _children(self, parents: list["Run"]) -> list["Run"]:
        ids = {run.info.run_id for run in parents}
        return [run for run in self.runs if run.data.tags.get(PARENT) in ids]


def is_superseded(run: "Run") -> bool:
    """Return True for a run of an earlier version of its record."""
    return bool(run.data.tags.get(CURRENT) == "false")


def _search(client: "MlflowClient", experiment: str, record: str | None) -> Iterator["Run"]:
    query, token = f"tags.`{RECORD}` = '{record}'" if record else "", None
    while True:
        page = client.search_runs([experiment], query, max_results=1000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
