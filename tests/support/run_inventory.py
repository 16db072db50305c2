"""Which runs there must be: every one that was ever seen, but those that somebody deleted."""

import re
import shutil

from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run

ASKED_FOR = re.compile(r"Run '(?P<name>.*)' \((?P<id>[0-9a-f]{16})\).* was asked for\.")


class RunInventory:
    """The runs of a home by their ids, as a test that starts and deletes them knows them."""

    def __init__(self):
        self.started: dict[str, str] = {}  # id -> the name it had when it was seen first
        self.to_delete: set[str] = set()  # noted before the request is sent
        self.deleted: set[str] = set()  # the request was answered

    def add(self, run: Run) -> None:
        """Note a run that was started."""
        self.started.setdefault(run.id, run.name)

    def look(self) -> list[Run]:
        """Note all runs there are; returns those that were not known."""
        new = [run for run in run_store.all_runs() if run.id not in self.started]
        for run in new:
            self.add(run)
        return new

    def read_log(self, log: str) -> None:
        """Note the runs that a server's log tells of."""
        for line in ASKED_FOR.finditer(log):
            self.started.setdefault(line["id"], line["name"])

    def problems(self) -> list[str]:
        """A line for each run that is lost, or that is back though it was deleted."""
        there = {run.id for run in run_store.all_runs()}
        lost = self.started.keys() - there - self.to_delete
        back = there & self.deleted
        unknown = there - self.started.keys()
        return [
            *(f"{run_id} {self.started[run_id]!r} is lost: nobody deleted it" for run_id in lost),
            *(f"{run_id} {self.started[run_id]!r} is there, and was deleted" for run_id in back),
            *(f"{run_id} is there, and nobody started it" for run_id in unknown),
        ]

    def check(self) -> None:
        """Fail, and name each run that is lost, back or nobody's."""
        problems = self.problems()
        assert not problems, "\n".join(problems)

    def check_that_a_loss_is_noticed(self) -> None:
        """Lose a run on purpose; fail if `check` would not name it."""
        run = run_store.all_runs()[-1]
        shutil.rmtree(run.folder)
        assert [f"{run.id} {run.name!r} is lost" in line for line in self.problems()] == [True]

    def __str__(self) -> str:
        there = len(run_store.all_runs())
        return (
            f"{len(self.started)} runs started, {len(self.to_delete)} deletions asked for,"
            f" {len(self.deleted)} answered, {there} runs there"
        )
