"""Start runs, stop them, and have the queue move on.

A run is trained by a process of its own, which outlives the page and the server that asked for
it: on this machine (`local`), or on a Ray cluster (`ray_cluster`).
"""

import contextlib
import logging
import shutil
import time

from mnist_core.adaptation import request
from mnist_core.config.schema import Experiment
from mnist_core.runs import live_weights, trash
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED, WAITING, Run, runs_with_unsaved_status
from mnist_core.scheduler import heartbeat, local, queue, ray_cluster
from mnist_core.system import error_messages, settings, staging, users

MAX_ATTEMPTS = 2  # to begin a run whose process dies before its first step
POSITION_CACHE_SECONDS = 0.5  # all who wait ask for their position, often
CLEANUP_INTERVAL = 3600.0  # seconds between two searches for what killed processes left
FULL_BELOW = 1 << 16  # free bytes; with less, a status can't be counted on to be written

log = logging.getLogger(__name__)
last_advance = _last_cleanup = float("-inf")
_active: set[Run] = set()  # runs that a process worked on at the last `advance`
_capacity = 1  # of runs at the same time, when that was asked last
_waiting: tuple[float, list[Run]] = (float("-inf"), [])  # when it was read, and the order


def _executor():
    """What trains: processes of this machine, or a cluster."""
    return ray_cluster if settings.RAY.is_set() else local


def max_concurrent_runs() -> int:
    """How many runs train at the same time; see `settings`. A cluster is asked."""
    global _capacity
    _capacity = settings.RUNS_AT_ONCE.value() or _executor().capacity()
    return _capacity


def expected_concurrent_runs() -> int:
    """The same, without waiting for a cluster: what it answered last, or 1."""
    if settings.RAY.is_set():
        return settings.RUNS_AT_ONCE.value() or _capacity
    return max_concurrent_runs()


def start(experiment: Experiment, name: str = "run", continues: str | None = None) -> Run:
    """A new run that trains now, or when its turn comes. Arguments, errors: `runs.store.create`."""
    run = run_store.create(experiment, name, continues)
    log.info("Run %s was asked for.", run)
    try:
        advance()
    except OSError as error:  # it waits in the queue; a later `advance` begins it
        log.warning("Run %s can't begin yet: %s", run, error)
    return run


def stop(run: Run) -> None:
    """End a run within a batch, keeping its weights; take it out of the queue if it waits.

    It waits for nobody: neither for the queue nor for a cluster.

    Raises:
        RunError: it was deleted.
        OSError: its folder can't be written.
    """
    run_store.get(run)
    if run.state not in ENDED:
        run.request_stop()
        log.info("Run %s was asked to stop.", run)
        if run.state in ENDED:  # it never began
            request.remove(run)


def queue_position(run: Run) -> int:
    """Its position among the runs that wait, 1 is next; 0 if it doesn't wait."""
    global _waiting
    if run.state not in WAITING:
        return 0
    since, waiting = _waiting
    if run not in waiting or time.monotonic() - since > POSITION_CACHE_SECONDS:
        waiting = [entry.run for entry in queue.order(queue.snapshot())]
        _waiting = time.monotonic(), waiting
    return waiting.index(run) + 1 if run in waiting else 0


def prewarm() -> None:
    """Prepare for the next run to begin quickly."""
    _executor().prewarm()


def advance(min_interval: float = 0.0, timeout: float = 0.0) -> None:
    """Mark the runs whose process died as interrupted, and begin those whose turn has come.

    Pages that show runs call it. So does a process when its run has ended, so that the queue
    moves on with no page open. A cluster is asked meanwhile, which may take seconds.

    Args:
        min_interval: seconds; nothing is done if this process did it less than that ago.
        timeout: seconds to wait where another thread or process is at it; then nothing is done.

    Raises:
        OSError: the folder for runs can't be used.
        ClusterUnreachableError: a run's turn has come, and the cluster can't be reached.
    """
    global last_advance, _waiting
    if time.monotonic() - last_advance < min_interval:
        return
    with queue.turn(timeout) as is_mine:
        if not is_mine or time.monotonic() - last_advance < min_interval:
            return
        _remove_leftovers()
        runs = [entry.run for entry in queue.snapshot()]
        _update_statuses(runs)
        entries = queue.make_entries(runs)
        _log_changes(entries)
        _begin_next(entries)
        last_advance, _waiting = time.monotonic(), (float("-inf"), [])


def _update_statuses(runs: list[Run]) -> None:
    """Write what could not be written before, and mark runs whose process died."""
    dead = [run for run in runs if run.state in ACTIVE and not is_alive(run)]
    updates = [(Run.retry_status, run) for run in runs_with_unsaved_status()]
    updates += [(_mark_interrupted, run) for run in dead]
    for update, run in updates:
        with contextlib.suppress(OSError):  # a full disk: the next `advance` tries again
            update(run)


def _begin_next(entries: list[queue.QueueEntry]) -> None:
    """Begin the runs whose turn has come. One that can't begin keeps no other from its turn.

    Raises:
        OSError: why one can't begin.
    """
    errors = []

    def begin(entry):
        if entry.run.state not in WAITING:  # stopped meanwhile
            return False
        try:
            _submit(entry.run)
        except error_messages.ClusterUnreachableError:  # the same for all
            raise
        except OSError as error:
            errors.append(error)
            return False
        return True

    queue.select_runnable(entries, max_concurrent_runs(), settings.RUNS_PER_PERSON.value(), begin)
    if errors:
        raise errors[0]


def _log_changes(entries: list[queue.QueueEntry]) -> None:
    """A line for each run that has begun or ended since the last time, whoever caused it."""
    global _active
    active = {entry.run for entry in entries if entry.state in ACTIVE}
    for run in _active - active:
        status = run.status()
        if status["state"] in ("finished", "stopped", "failed"):  # the rest is logged elsewhere
            log.info("Run %s ended: %s", run, f"{status['state']}. {status['sentence']}".rstrip())
    for run in active - _active:
        log.info("Run %s begins.", run)
    _active = active


def _remove_leftovers() -> None:
    global _last_cleanup
    if time.monotonic() - _last_cleanup > CLEANUP_INTERVAL:
        _last_cleanup = time.monotonic()
        for folder in users.all_run_folders():
            staging.remove_leftovers(folder)
            trash.remove_old(folder)


def is_alive(run: Run) -> bool:
    """Whether the process that works on a run still exists.

    Where that can't be asked from here, whether its files go on changing.
    """
    status = run.status()
    executor = ray_cluster if status.get("ray") else local
    answer = executor.is_alive(status)
    return heartbeat.has_heartbeat(run) if answer is None else answer


def _submit(run: Run) -> None:
    tries = run.status().get("tries", 0) + 1
    _executor().submit(run, started=time.time(), tries=tries)
    log.info("Run %s begins.", run)
    _active.add(run)


def _mark_interrupted(run: Run) -> None:
    """Set the status of a run whose process died, and remove what that was writing."""
    for left in (*run.folder.glob(".part-*"), run.folder / live_weights.NAME):
        left.unlink(missing_ok=True)
    status = run.status()
    if status["state"] not in ACTIVE:  # it came to its end just before it died
        return
    if status["state"] == "starting" and status.get("tries", 0) < MAX_ATTEMPTS:
        run.set_status("queued")  # nothing had begun: nothing is lost by beginning again
        return
    log.warning("Run %s was interrupted: its process ended.", run)
    request.remove(run)
    run.set_status("interrupted", _interruption_sentence(run))


def _interruption_sentence(run: Run) -> str:
    kept = "the weights of its last full epoch are kept."
    kept = kept if run.has_model() else "it had no full epoch yet."
    if shutil.disk_usage(run.folder).free < FULL_BELOW:  # its process could not even say so
        return f"{error_messages.DISK_FULL} {kept[0].upper()}{kept[1:]}"
    return f"The process that trained it ended (killed, out of memory or switched off); {kept}"
