"""Sweeps: one field, a few values, a run for each."""

import contextlib
import re
import secrets
from collections.abc import Iterable

from mnist_core.config import labels
from mnist_core.config.schema import Experiment
from mnist_core.runs import store as run_store
from mnist_core.runs.run import WAITING, Run
from mnist_core.scheduler import scheduler

MAX_NAME = 54  # of the 60 characters a run's name may have; a number may come behind


def start(found: dict[str, Experiment], path: str, name: str) -> list[Run]:
    """Queue a run for each; they train one after the other, and remember that they belong together.

    Args:
        found: as `experiments` gives them.
        path: of the field that changes.
        name: of what they start from; each is called after it, the field and its value.

    Raises:
        RunError: the name isn't one, or there would be too many runs.
    """
    run_store.check_quota(len(found), waiting=len(found))
    sweep = {"id": secrets.token_hex(6), "field": path, "from": name}
    made = [run_store.create(e, run_name(name, path, v), sweep=sweep) for v, e in found.items()]
    with contextlib.suppress(OSError):  # they wait; whoever looks at them hears why
        scheduler.advance()
    return made


def run_name(name: str, path: str, value: str) -> str:
    """What the run of one value is called: "quick learning rate 0.003"."""
    field = f" {labels.path_label(path).lower().replace(':', '')} "
    what = re.sub(r"[^A-Za-z0-9 ._+-]", "", field + value).rstrip(". ")
    return name.split(field)[0][: MAX_NAME - len(what)] + what  # of a sweep's run: its base


def sweep_id(run: Run) -> str:
    """The id of the sweep that a run belongs to, or nothing."""
    known = run.status().get("sweep")
    return str(known.get("id", "")) if isinstance(known, dict) else ""


def members(sweep: str) -> list[Run]:
    """The runs of a sweep that are still there, in the order they were queued."""
    return [run for run in reversed(run_store.all_runs()) if sweep and sweep_id(run) == sweep]


def stop_all(found: Iterable[Run]) -> None:
    """Stop several runs: those that wait first, so that none begins because another ended."""
    for run in sorted(found, key=lambda run: run.state not in WAITING):
        scheduler.stop(run)
