"""Sweeps: a run for each of several values of one field."""

import contextlib
import secrets
from collections.abc import Iterable

from mnist_core.config import labels
from mnist_core.config.schema import Experiment
from mnist_core.models import index
from mnist_core.runs import store as run_store
from mnist_core.runs.run import WAITING, Run
from mnist_core.runs.run_name import clean
from mnist_core.scheduler import scheduler

MAX_NAME = 54  # characters, of the 60 that a run's name may have; a number may follow


def start(experiments: dict[str, Experiment], path: str, name: str) -> list[Run]:
    """Queue a run for each experiment; their status says that they belong together.

    Args:
        experiments: by the text of the value, as `grid.experiments` gives them.
        path: dotted, of the field that changes.
        name: of what they start from; each run is called after it, the field and its value.

    Raises:
        RunError: the name isn't one, or there would be too many runs. None is queued then.
        OSError: they can't be written. None is queued.
    """
    sweep = {"id": secrets.token_hex(6), "field": path, "from": name}
    asked = [(one, run_name(name, path, value)) for value, one in experiments.items()]
    runs = run_store.create_all(asked, sweep=sweep)
    with contextlib.suppress(OSError):  # they wait; a page that shows them says why
        scheduler.advance()
    return runs


def run_name(name: str, path: str, value: str) -> str:
    """The name of the run of one value: "quick learning rate 0.003"."""
    field = f" {labels.path_label(path).lower().replace(':', '')} "
    suffix = f" {clean(field + value)}"
    base = name.split(field)[0]  # of a run of a sweep: what that sweep started from
    return base[: MAX_NAME - len(suffix)] + suffix


def sweep_id(run: Run) -> str:
    """The id of the sweep that a run belongs to; empty if it belongs to none."""
    sweep = run.status().get("sweep")
    return str(sweep.get("id", "")) if isinstance(sweep, dict) else ""


def members(sweep: str) -> list[Run]:
    """The runs of the sweep with this id that still exist, in the order they were queued."""
    if not sweep:
        return []
    return [one.run for one in reversed(index.summaries()) if one.sweep == sweep]


def stop_all(runs: Iterable[Run]) -> None:
    """Stop runs that are there: those that wait first, so that none begins as another ends."""
    present = [run for run in runs if run.exists()]
    for run in sorted(present, key=lambda run: run.state not in WAITING):
        scheduler.stop(run)
