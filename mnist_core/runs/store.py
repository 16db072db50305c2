"""The runs of the current user: create, list, rename, delete, bring back."""

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from mnist_core.config.schema import Experiment
from mnist_core.runs import new_run, run_id, run_name, trash
from mnist_core.runs.run import ENDED, WAITING, Run
from mnist_core.runs.run_name import RESERVED, RunError
from mnist_core.runs.trash import Deletion
from mnist_core.system import settings, staging, users

Parent = str | Run | None
Files = Mapping[str, str] | None
LOCK_FILE = "queue.lock"
LOCK_TIMEOUT = 10.0  # seconds: under the lock some files are read and renamed, no more

log = logging.getLogger(__name__)


def create(
    experiment: Experiment, name="run", continues: Parent = None, files: Files = None, **fields
) -> Run:
    """A new run, queued. It gets a number behind its name where the name is taken.

    Args:
        continues: an ended run, or its name, whose weights and curves the new one begins with.
        files: what else its folder begins with: name -> text.
        fields: more for its status, such as the sweep it belongs to.

    Raises:
        RunError: the name isn't one, the run to continue has another network or no weights, or
            there are too many runs.
    """
    (run,) = create_all([(experiment, name)], continues, files, **fields)
    return run


def create_all(
    asked: Iterable[tuple[Experiment, str]], continues: Parent = None, files: Files = None, **fields
) -> list[Run]:
    """New runs, queued all together or none of them; arguments and errors as of `create`.

    Args:
        asked: (experiment, name) of each.
    """
    with contextlib.ExitStack() as staged:
        new = []
        for experiment, name in asked:
            parent = get(continues) if continues else None
            name = run_name.validate_new(name)
            folder = staged.enter_context(staging.staging_folder(users.runs_folder()))
            new.append((folder, name))
            new_run.write(folder, experiment, parent, files or {}, fields)
        return publish(new, waiting=len(new))


def _check_quota(count: int, waiting: int) -> None:
    """See that there may be so many more runs, some of which wait; limits: `settings`."""
    if not (settings.WAITING_PER_PERSON.value() or settings.KEPT_PER_PERSON.value()):
        return
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
        is_taken = run_name.find_folder(folder, candidate).exists()
        if candidate.lower() not in RESERVED and not is_taken:
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


def get(run: str | Run) -> Run:
    """The run of that name; or this one, if it is still there.

    Raises:
        RunError: there is none.
    """
    if isinstance(run, str):
        run = Run(run_name.find_folder(users.runs_folder(), run_name.validate(run)))
    if not is_run(run.folder):
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
    return [run for run in named if is_run(run.folder)]


def is_run(folder: Path) -> bool:
    """Whether it holds one; it may have lost a file, or may not be looked into."""
    try:
        return any((folder / name).is_file() for name in ("experiment.json", "status.json"))
    except OSError:
        return True


def _created(run: Run) -> float:
    return run.status()["created"]


def delete(*runs: str | Run) -> Deletion:
    """Move runs and their models to the trash, all of them or none; `restore` has them back.

    Raises:
        RunError: there is no such run, or it is training.
        OSError: they can't be moved.
    """
    ended = list(map(_require_ended, dict.fromkeys(map(get, runs))))
    deletion = trash.move_in([run.folder for run in ended])
    for run in ended:
        log.info("Run %s was deleted.", run)
    trash.remove_old(ended[0].folder.parent)
    return deletion


def deletions() -> list[Deletion]:
    """What the current user deleted and can have back, the last deleted first."""
    return trash.deletions(users.runs_folder())


def restore(deletion: Deletion) -> list[Run]:
    """Have runs back from the trash, as they were, all of them or none.

    One whose name is taken by now gets a number behind it.

    Raises:
        RunError: they are there no more, or there would be too many runs.
        OSError: they can't be moved.
    """
    if deletion not in deletions():
        raise RunError("These runs are no longer in the trash.")
    with FileLock(users.home() / LOCK_FILE, timeout=LOCK_TIMEOUT):
        _check_quota(len(deletion.names), 0)
        places = trash.move_all((deletion.folder / name, _find_place) for name in deletion.names)
    with contextlib.suppress(OSError):  # something else was put there
        deletion.folder.rmdir()
    runs = list(map(Run, places))
    for run in runs:
        log.info("Run %s was brought back.", run)
    return runs


def _find_place(deleted: Path) -> Path:
    """Where it was; or beside it, if another run is there."""
    place = run_name.find_folder(users.runs_folder(), run_name.validate(deleted.name))
    if not place.exists():
        return place.with_name(deleted.name)
    run_id.keep(deleted)
    return place.with_name(free_name(deleted.name))


def rename(run: str | Run, name: str) -> Run:
    """Give a run another name.

    Raises:
        RunError: there is none, it is training, or the new name is taken or isn't one.
    """
    folder = run_name.find_folder(users.runs_folder(), run_name.validate_new(name))
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
