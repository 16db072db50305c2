"""The runs of the current user: create, list, rename, delete."""

import contextlib
import json
import logging
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from filelock import FileLock

from mnist_core.config.schema import Experiment
from mnist_core.runs import run_id, run_name
from mnist_core.runs.run import ENDED, WAITING, Run
from mnist_core.runs.run_name import RESERVED, RunError
from mnist_core.system import atomic_files, settings, staging, users

LOCK_FILE = "queue.lock"
LOCK_TIMEOUT = 10.0  # seconds: under the lock some files are read and renamed, no more

log = logging.getLogger(__name__)


def create(
    experiment: Experiment, name: str = "run", continues: str | Run | None = None, **fields
) -> Run:
    """A new run, queued. It gets a number behind its name where the name is taken.

    Args:
        continues: an ended run, or its name, whose weights and curves the new one begins with.
        fields: more for its status, such as the sweep it belongs to.

    Raises:
        RunError: the name isn't one, the run to continue has another network or no weights, or
            there are too many runs.
    """
    (run,) = create_all([(experiment, name)], continues, **fields)
    return run


def create_all(
    asked: Iterable[tuple[Experiment, str]], continues: str | Run | None = None, **fields
) -> list[Run]:
    """New runs, queued all together or none of them; arguments and errors as of `create`.

    Args:
        asked: (experiment, name) of each.
    """
    with contextlib.ExitStack() as staged:
        new = []
        for experiment, name in asked:
            parent = _require_continuable(experiment, continues) if continues else None
            name = run_name.validate_new(name)
            folder = staged.enter_context(staging.staging_folder(users.runs_folder()))
            new.append((folder, name))
            _write(folder, experiment, parent, fields)
        return publish(new, waiting=len(new))


def _write(folder: Path, experiment, parent, fields) -> None:
    atomic_files.write(folder / "experiment.json", experiment.to_json())
    if parent:
        _inherit(parent, folder)
    known = parent and {"id": parent.id, "name": parent.name}
    status = fields | {"created": time.time(), "continues": known}
    atomic_files.write(
        folder / "status.json", json.dumps(status | {"state": "queued", "sentence": ""})
    )


def _check_quota(count: int, waiting: int) -> None:
    """See that there may be so many more runs, some of which wait; limits: `settings`."""
    runs = all_runs()
    waiting_runs = waiting and sum(run.state in WAITING for run in runs) + waiting
    for limit, received, rest in (
        (settings.WAITING_PER_PERSON.value(), waiting_runs, "wait: let one begin, or cancel one"),
        (settings.KEPT_PER_PERSON.value(), len(runs) + count, "be kept: delete one"),
    ):
        if limit and received > limit:
            raise RunError(f"At most {limit} of your runs can {rest}.")


def free_name(name: str) -> str:
    """The first of `name`, `name 2`, `name 3`, ... that no run and no shipped model has.

    Raises:
        RunError: that can't be a name.
    """
    if name.lower() not in RESERVED:
        name = run_name.validate_new(name)
    folder = users.runs_folder()
    for number in range(1, 100_000):
        candidate = name if number == 1 else f"{name[:54]} {number}"
        if candidate.lower() not in RESERVED and not (folder / candidate).exists():
            return candidate
    raise RunError(f"There are too many runs called {name!r}.")


def publish(new: Sequence[tuple[Path, str]], waiting: int = 0) -> list[Run]:
    """Make finished folders of `users.runs_folder()` runs, all of them or none.

    Args:
        new: (folder, name) of each; it gets an id, and the `free_name` of this name.
        waiting: how many of them wait for their turn.

    Raises:
        RunError: there would be too many runs; says how many there may be, and what to do.
        filelock.Timeout: another process doesn't release the lock; an OSError, too.
    """
    for folder, _ in new:
        run_id.write(folder)
    runs: list[Run] = []
    with FileLock(users.home() / LOCK_FILE, timeout=LOCK_TIMEOUT):
        _check_quota(len(new), waiting)
        try:
            for folder, name in new:
                runs.append(Run(_rename_free(folder, name)))
        except BaseException:
            for (folder, _), run in zip(new, runs, strict=False):
                run.folder.rename(folder)
            raise
    return runs


def _rename_free(new: Path, name: str) -> Path:
    while True:
        folder = new.with_name(free_name(name))
        try:
            return new.rename(folder)
        except OSError:  # another run was renamed to it in between
            if not folder.exists():
                raise


def _require_continuable(experiment, run) -> Run:
    parent = get(run)
    if parent.state not in ENDED or not parent.has_model():
        raise RunError(
            f"{parent.name!r} can't be continued: it has no weights yet, or is still training."
        )
    if parent.experiment().network != experiment.network:
        raise RunError(
            f"To continue {parent.name!r} the network must stay the same; the recipe may change."
        )
    return parent


def _inherit(parent: Run, new: Path) -> None:
    """The parent's weights and card, and its curves as far as its weights go."""
    for name in ("model.keras", "card.json"):
        shutil.copy2(parent.folder / name, new / name)
    events = [e for e in parent.events()[0] if e["kind"] in ("start", "steps", "epoch")]
    if parent.state in ("interrupted", "failed"):  # its weights are those of its last full epoch
        last = max((i for i, e in enumerate(events) if e["kind"] == "epoch"), default=-1)
        events = events[: last + 1]
    (new / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))


def get(run: str | Run) -> Run:
    """The run of that name; or this one, if it is still there.

    Raises:
        RunError: there is none.
    """
    if isinstance(run, str):
        run = Run(users.runs_folder() / run_name.validate(run))
    if not (run.folder / "experiment.json").is_file():
        raise RunError(f"There is no run called {run.name!r} here{' any more' * bool(run.id)}.")
    return run


def find(wanted: str) -> Run | None:
    """The current user's run of this id, if it is still there."""
    folder = run_id.find(users.runs_folder(), wanted)
    return folder and Run(folder)


def all_runs() -> list[Run]:
    """Every run of the current user, the newest first."""
    return sorted(runs_in(users.runs_folder()), key=_created, reverse=True)


def all_users_runs() -> list[Run]:
    """Every run of all users, the oldest first; never for a page."""
    folders = users.all_run_folders()
    return sorted((run for folder in folders for run in runs_in(folder)), key=_created)


def runs_in(folder: Path) -> list[Run]:
    """The runs in a folder of runs, in no order."""
    runs = [Run(path) for path in folder.iterdir()] if folder.is_dir() else []
    named = [run for run in runs if run_name.is_valid(run.name)]
    return [run for run in named if (run.folder / "experiment.json").is_file()]


def _created(run: Run) -> float:
    return run.status()["created"]


def delete(run: str | Run) -> None:
    """Remove a run and its model. It leaves the list at once, even if removing takes a while.

    Raises:
        RunError: there is none, or it is training.
    """
    run = _require_ended(run)
    with staging.staging_folder(run.folder.parent, staging.DELETED_PREFIX) as gone:
        run.folder.rename(gone / run.name)
        log.info("Run %s was deleted.", run)


def rename(run: str | Run, name: str) -> Run:
    """Give a run another name.

    Raises:
        RunError: there is none, it is training, or the new name is taken or isn't one.
    """
    folder = users.runs_folder() / run_name.validate_new(name)
    if folder.exists():
        raise RunError(f"There is a run called {folder.name!r} already.")
    run = _require_ended(run)
    before = str(run)
    run_id.keep(run.folder)
    run.folder.rename(folder)
    log.info("Run %s is called %r now.", before, run.name)
    return run


def _require_ended(run) -> Run:
    run = get(run)
    if run.state not in ENDED:
        raise RunError(f"{run.name!r} is waiting or training: stop it first.")
    return run
