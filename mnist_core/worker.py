"""The queue: start a run, stop one, and see who comes next.

A run is trained by a process of its own, which outlives the page and the server that asked for
it: on this machine (`processes`), or on a Ray cluster (`ray_cluster`).
"""

import contextlib
import logging
import os
import platform
import sys
import time
from pathlib import Path

from mnist_core import (
    faults,
    logs,
    people,
    processes,
    ray_cluster,
    runs,
    settings,
    signs,
    turns,
    unfinished,
)
from mnist_core.config import Experiment
from mnist_core.filling import train_run
from mnist_core.run import Run, unwritten

TRIES = 2  # to begin a run whose process dies before its first step
PLACES_HOLD = 0.5  # seconds
CLEAR_EVERY = 3600.0  # seconds between two looks for what killed programs left

log = logging.getLogger(__name__)
_tended = _cleared = float("-inf")
_worked: set[Run] = set()  # runs that a process worked on, at the last look
_waiting: tuple[float, list[Run]] = (float("-inf"), [])  # when it was looked up, and the order


def _engine():
    """What trains: processes of this machine, or a cluster."""
    return ray_cluster if settings.RAY.is_set() else processes


def runs_at_once() -> int:
    """How many runs train at the same time; see `settings`."""
    return settings.RUNS_AT_ONCE.value() or _engine().capacity()


def start(experiment: Experiment, name: str = "run", continues: str | None = None) -> Run:
    """A new run that trains now, or when its turn comes. Arguments and errors: `runs.create`."""
    run = runs.create(experiment, name, continues)
    log.info("Run %s was asked for.", run)
    try:
        tend()
    except OSError as fault:  # it waits in the queue now, and whoever tends next begins it
        log.warning("Run %s can't begin yet: %s", run, fault)
    return run


def stop(run: Run) -> None:
    """End a run within a batch, keeping its weights; take it out of the queue if it waits."""
    with turns.one_at_a_time():
        if run.state in runs.WAITING:
            run.set_status("stopped", "Stopped while it waited.")
        elif run.state in runs.ACTIVE:
            run.ask_to_stop()
    log.info("Run %s was asked to stop.", run)


def place(run: Run) -> int:
    """Its place among those that wait, 1 is next; 0 if it doesn't wait."""
    global _waiting
    if run.state not in runs.WAITING:
        return 0
    since, waiting = _waiting
    if run not in waiting or time.monotonic() - since > PLACES_HOLD:  # all who wait ask, often
        waiting = [entry.run for entry in turns.order(turns.look())]
        _waiting = time.monotonic(), waiting
    return waiting.index(run) + 1 if run in waiting else 0


def warm_up() -> None:
    """See to it that the next run begins quickly."""
    _engine().warm_up()


def tend(rest: float = 0.0) -> None:
    """Mark the runs whose process died, and start those whose turn has come.

    Whoever looks at runs calls it. A worker calls it when it ends, so that the queue moves on
    with no page open.

    Args:
        rest: seconds; if this was done less than that ago, here, it isn't done again.

    Raises:
        OSError: the folder for runs can't be used.
        faults.Unreachable: a run's turn has come, and the cluster can't be reached.
    """
    global _tended, _waiting
    if time.monotonic() - _tended < rest:
        return
    with turns.one_at_a_time():
        if time.monotonic() - _tended < rest:  # somebody has done it while this waited
            return
        _clear_away()
        found = turns.look()
        dead = [e.run for e in found if e.state in runs.ACTIVE and not is_alive(e.run)]
        notes = [(run, Run.write_again) for run in unwritten()] + [(run, _bury) for run in dead]
        for run, note in notes:
            with contextlib.suppress(OSError):  # a full disk: the next look tries again
                note(run)
        found = turns.entries(entry.run for entry in found)
        _log_changes(found)
        _begin_next(found)
        _tended, _waiting = time.monotonic(), (float("-inf"), [])


def _begin_next(found: list[turns.Entry]) -> None:
    """Begin those whose turn has come. One that can't be doesn't keep others from theirs.

    Raises:
        OSError: why one can't be.
    """
    why = []

    def begins(entry):
        try:
            _begin(entry.run)
        except faults.Unreachable:  # that holds for all
            raise
        except OSError as fault:
            why.append(fault)
            return False
        return True

    turns.next_ones(found, runs_at_once(), settings.RUNS_PER_PERSON.value(), begins)
    if why:
        raise why[0]


def _log_changes(found) -> None:
    """A line for each run that has begun or ended since the last look, whoever had it begun."""
    global _worked
    active = {entry.run for entry in found if entry.state in runs.ACTIVE}
    for run in _worked - active:
        status = run.status()
        if status["state"] in ("finished", "stopped", "failed"):  # the rest is logged elsewhere
            log.info("Run %s ended: %s", run, f"{status['state']}. {status['sentence']}".rstrip())
    for run in active - _worked:
        log.info("Run %s begins.", run)
    _worked = active


def _clear_away() -> None:
    global _cleared
    if time.monotonic() - _cleared > CLEAR_EVERY:
        _cleared = time.monotonic()
        for folder in people.everyones_folders():
            unfinished.clear_away(folder)


def is_alive(run: Run) -> bool:
    """Whether the process that works on a run still exists.

    Where that can't be asked from here, whether the run shows signs of life.
    """
    status = run.status()
    engine = ray_cluster if status.get("ray") else processes
    known = engine.is_alive(status)
    return signs.shown_by(run) if known is None else known


def _begin(run: Run) -> None:
    tries = run.status().get("tries", 0) + 1
    _engine().hand_over(run, started=time.time(), tries=tries)
    log.info("Run %s begins.", run)
    _worked.add(run)


def _bury(run: Run) -> None:
    """Note that a run's process died, and tidy up what it was writing."""
    for part in run.folder.glob(".part-*"):
        part.unlink(missing_ok=True)
    status = run.status()
    if status["state"] not in runs.ACTIVE:  # it came to its end just before it died
        return
    if status["state"] == "starting" and status.get("tries", 0) < TRIES:
        run.set_status("queued")  # nothing had begun: nothing is lost by beginning again
        return
    kept = run.has_model()
    what = "the weights of its last full epoch are kept." if kept else "it had no full epoch yet."
    why = "The process that trained it ended (killed, out of memory or switched off)"
    log.warning("Run %s was interrupted: its process ended.", run)
    run.set_status("interrupted", f"{why}; {what}")


def work() -> None:
    """What a process that trains does: load, wait for a folder on standard input, train it.

    Standard input that ends without one means that the server is gone.
    """
    processes.step_back()
    _prepare(max(2, (os.cpu_count() or 1) // runs_at_once()))
    folder = sys.stdin.readline().strip()
    if folder:
        logs.into(Path(folder) / "worker.log")
        _finish(Run(Path(folder)))


def work_on(run: Run, threads: int, **known) -> None:
    """The same in a process that was begun for this run.

    Args:
        threads: to compute with.
        known: more for the run's status.
    """
    logs.into(run.folder / "worker.log")
    processes.step_back()
    run.note(host=platform.node(), **known)
    _prepare(threads)
    _finish(run)


def _finish(run: Run) -> None:
    processes.limit_memory()
    train_run(run)
    tend()


def _prepare(threads: int) -> None:
    """Everything that takes time and is the same for every run."""
    import tensorflow as tf

    from mnist_core import data, models, training  # noqa: F401 -- loaded now, used later

    with contextlib.suppress(ImportError):  # a run does without it; see `event_files`
        from tensorboard.plugins.text import summary_v2  # noqa: F401

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    with contextlib.suppress(data.DataError):
        data.load(data.best_available())
