"""The queue: start a run, stop one, and see who comes next.

A run is trained by a process of its own, which outlives the page and the server that asked for
it: on this machine (`processes`), or on a Ray cluster (`ray_cluster`).
"""

import contextlib
import logging
import time

from mnist_core.config.schema import Experiment
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, WAITING, Run, runs_with_unsaved_status
from mnist_core.scheduler import heartbeat, local, queue, ray_cluster
from mnist_core.system import error_messages, settings, staging, users

MAX_ATTEMPTS = 2  # to begin a run whose process dies before its first step
POSITION_CACHE_SECONDS = 0.5  # seconds
CLEANUP_INTERVAL = 3600.0  # seconds between two looks for what killed programs left

log = logging.getLogger(__name__)
_advanced = _cleaned = float("-inf")
_active: set[Run] = set()  # runs that a process worked on, at the last look
_waiting: tuple[float, list[Run]] = (float("-inf"), [])  # when it was looked up, and the order


def _executor():
    """What trains: processes of this machine, or a cluster."""
    return ray_cluster if settings.RAY.is_set() else local


def max_concurrent_runs() -> int:
    """How many runs train at the same time; see `settings`."""
    return settings.RUNS_AT_ONCE.value() or _executor().capacity()


def start(experiment: Experiment, name: str = "run", continues: str | None = None) -> Run:
    """A new run that trains now, or when its turn comes. Arguments and errors: `runs.create`."""
    run = run_store.create(experiment, name, continues)
    log.info("Run %s was asked for.", run)
    try:
        advance()
    except OSError as fault:  # it waits in the queue now, and whoever tends next begins it
        log.warning("Run %s can't begin yet: %s", run, fault)
    return run


def stop(run: Run) -> None:
    """End a run within a batch, keeping its weights; take it out of the queue if it waits."""
    with queue.lock():
        if run.state in WAITING:
            run.set_status("stopped", "Stopped while it waited.")
        elif run.state in ACTIVE:
            run.request_stop()
    log.info("Run %s was asked to stop.", run)


def queue_position(run: Run) -> int:
    """Its place among those that wait, 1 is next; 0 if it doesn't wait."""
    global _waiting
    if run.state not in WAITING:
        return 0
    since, waiting = _waiting
    if (
        run not in waiting or time.monotonic() - since > POSITION_CACHE_SECONDS
    ):  # all who wait ask, often
        waiting = [entry.run for entry in queue.order(queue.snapshot())]
        _waiting = time.monotonic(), waiting
    return waiting.index(run) + 1 if run in waiting else 0


def prewarm() -> None:
    """See to it that the next run begins quickly."""
    _executor().prewarm()


def advance(rest: float = 0.0) -> None:
    """Mark the runs whose process died, and start those whose turn has come.

    Whoever looks at runs calls it. A worker calls it when it ends, so that the queue moves on
    with no page open.

    Args:
        rest: seconds; if this was done less than that ago, here, it isn't done again.

    Raises:
        OSError: the folder for runs can't be used.
        faults.Unreachable: a run's turn has come, and the cluster can't be reached.
    """
    global _advanced, _waiting
    if time.monotonic() - _advanced < rest:
        return
    with queue.lock():
        if time.monotonic() - _advanced < rest:  # somebody has done it while this waited
            return
        _clean_up()
        found = queue.snapshot()
        dead = [e.run for e in found if e.state in ACTIVE and not is_alive(e.run)]
        notes = [(run, Run.retry_status) for run in runs_with_unsaved_status()] + [
            (run, _mark_interrupted) for run in dead
        ]
        for run, note in notes:
            with contextlib.suppress(OSError):  # a full disk: the next look tries again
                note(run)
        found = queue.make_entries(entry.run for entry in found)
        _log_changes(found)
        _start_next(found)
        _advanced, _waiting = time.monotonic(), (float("-inf"), [])


def _start_next(found: list[queue.QueueEntry]) -> None:
    """Begin those whose turn has come. One that can't be doesn't keep others from theirs.

    Raises:
        OSError: why one can't be.
    """
    why = []

    def begins(entry):
        try:
            _submit(entry.run)
        except error_messages.ClusterUnreachableError:  # that holds for all
            raise
        except OSError as fault:
            why.append(fault)
            return False
        return True

    queue.select_runnable(found, max_concurrent_runs(), settings.RUNS_PER_PERSON.value(), begins)
    if why:
        raise why[0]


def _log_changes(found) -> None:
    """A line for each run that has begun or ended since the last look, whoever had it begun."""
    global _active
    active = {entry.run for entry in found if entry.state in ACTIVE}
    for run in _active - active:
        status = run.status()
        if status["state"] in ("finished", "stopped", "failed"):  # the rest is logged elsewhere
            log.info("Run %s ended: %s", run, f"{status['state']}. {status['sentence']}".rstrip())
    for run in active - _active:
        log.info("Run %s begins.", run)
    _active = active


def _clean_up() -> None:
    global _cleaned
    if time.monotonic() - _cleaned > CLEANUP_INTERVAL:
        _cleaned = time.monotonic()
        for folder in users.all_run_folders():
            staging.remove_leftovers(folder)


def is_alive(run: Run) -> bool:
    """Whether the process that works on a run still exists.

    Where that can't be asked from here, whether the run shows signs of life.
    """
    status = run.status()
    engine = ray_cluster if status.get("ray") else local
    known = engine.is_alive(status)
    return heartbeat.has_heartbeat(run) if known is None else known


def _submit(run: Run) -> None:
    tries = run.status().get("tries", 0) + 1
    _executor().submit(run, started=time.time(), tries=tries)
    log.info("Run %s begins.", run)
    _active.add(run)


def _mark_interrupted(run: Run) -> None:
    """Note that a run's process died, and tidy up what it was writing."""
    for part in run.folder.glob(".part-*"):
        part.unlink(missing_ok=True)
    status = run.status()
    if status["state"] not in ACTIVE:  # it came to its end just before it died
        return
    if status["state"] == "starting" and status.get("tries", 0) < MAX_ATTEMPTS:
        run.set_status("queued")  # nothing had begun: nothing is lost by beginning again
        return
    kept = run.has_model()
    what = "the weights of its last full epoch are kept." if kept else "it had no full epoch yet."
    why = "The process that trained it ended (killed, out of memory or switched off)"
    log.warning("Run %s was interrupted: its process ended.", run)
    run.set_status("interrupted", f"{why}; {what}")
