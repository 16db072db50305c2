"""The processes that train: starting one, stopping one, and who comes next.

A run is trained by a process of its own, which outlives the page and the server that asked for
it. A spare process that has TensorFlow loaded waits for the next run, so that Start is quick.
Which process works on a run stands in its status as a pid and a random token; the token is also
on that process's command line, so a process is known again whatever happened to pids and clocks.
"""

import atexit
import contextlib
import os
import secrets
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
from filelock import FileLock

from mnist_core import runs
from mnist_core.config import Experiment
from mnist_core.filling import train_run
from mnist_core.runs import Run

LOWER_PRIORITY = 5  # niceness: drawing on the page stays quick while a run trains
SPARE_DELAY = 3.0  # seconds after a start, so that loading TensorFlow doesn't hold up that run

_lock = threading.Lock()
_spare: subprocess.Popen | None = None
_children: list[subprocess.Popen] = []
_last_start = 0.0


def runs_at_once() -> int:
    """How many runs train at the same time: `MNIST_CORE_RUNS_AT_ONCE`, or one per two cores."""
    asked = os.environ.get("MNIST_CORE_RUNS_AT_ONCE", "")
    return max(1, int(asked) if asked.isdecimal() else (os.cpu_count() or 1) // 2)


def start(experiment: Experiment, name: str = "run", continues: str | None = None) -> Run:
    """A new run that trains now, or when its turn comes. Arguments and errors: `runs.create`."""
    run = runs.create(experiment, name, continues)
    tend()
    return run


def stop(run: Run) -> None:
    """End a run within a batch, keeping its weights; take it out of the queue if it waits."""
    with _queue():
        if run.state in runs.WAITING:
            run.set_status("stopped", "Stopped while it waited.")
        elif run.state in runs.ACTIVE:
            run.ask_to_stop()


def waiting_before(run: Run) -> int:
    """How many runs come before this one: those that train and those that wait longer."""
    created = run.status().get("created", 0.0)
    before = [r.status() for r in runs.all_runs() if r.name != run.name]
    return sum(
        s["state"] in runs.ACTIVE or (s["state"] in runs.WAITING and s["created"] <= created)
        for s in before
    )


def tend() -> None:
    """Mark the runs whose process died, and start those whose turn has come.

    Cheap; whoever looks at runs calls it. A worker calls it when it ends, so that the queue moves
    on with no page open.
    """
    with _queue():
        _children[:] = [child for child in _children if child.poll() is None]
        everything = list(reversed(runs.all_runs()))  # the oldest first
        active = [run for run in everything if run.state in runs.ACTIVE]
        for run in [run for run in active if not is_alive(run)]:
            _interrupt(run)
            active.remove(run)
        queued = [run for run in everything if run.state in runs.WAITING]
        for run in queued[: max(0, runs_at_once() - len(active))]:
            _hand_over(run)


@contextlib.contextmanager
def _queue():
    """One at a time, among this process's threads and among processes."""
    place = runs.home()
    place.mkdir(parents=True, exist_ok=True)
    with _lock, FileLock(place / "queue.lock", timeout=30):
        yield


def is_alive(run: Run) -> bool:
    """Whether the process that works on a run still exists."""
    status = run.status()
    try:
        return status["token"] in psutil.Process(status["pid"]).cmdline()
    except (psutil.Error, KeyError):
        return False


def _interrupt(run: Run) -> None:
    """Note that a run's process died, and tidy up what it was writing."""
    for part in run.folder.glob(".part-*"):
        part.unlink(missing_ok=True)
    kept = (run.folder / "model.keras").exists()
    what = "the weights of its last full epoch are kept." if kept else "it had no full epoch yet."
    why = "The process that trained it ended (killed, out of memory or switched off)"
    run.set_status("interrupted", f"{why}; {what}")


def _hand_over(run: Run) -> None:
    global _spare, _last_start
    process, _spare = _spare if _spare and _spare.poll() is None else _new_process(), None
    run.set_status("starting", pid=process.pid, token=process.args[-1])
    process.stdin.write(f"{run.folder}\n".encode())
    process.stdin.close()
    _last_start = time.monotonic()


def _new_process() -> subprocess.Popen:
    """A process that loads TensorFlow and waits to be told a run's folder."""
    token = secrets.token_hex(8)
    package_place = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [package_place, os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-m", "mnist_core", "work", token],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the server's terminal is not meant for it
        env=os.environ | {"PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "2"},
    )
    _children.append(process)
    return process


def warm_up() -> None:
    """Have a spare process with TensorFlow loaded, unless one waits or a run has just begun."""
    global _spare
    with _lock:
        waits = _spare is not None and _spare.poll() is None
        if not waits and time.monotonic() - _last_start > SPARE_DELAY:
            _spare = _new_process()


@atexit.register
def _dismiss_spare() -> None:
    """End the spare with the server: nobody else knows of it. (It also ends by itself.)"""
    if _spare is not None and _spare.poll() is None:
        _spare.stdin.close()
        _spare.terminate()


def work() -> None:
    """What such a process does: load, wait for a folder on standard input, train it.

    Standard input that ends without one means that the server is gone.
    """
    psutil.Process().nice(_niceness())
    _prepare()
    folder = sys.stdin.readline().strip()
    if folder:
        train_run(Run(Path(folder)))
        tend()


def _niceness() -> int:
    if os.name == "nt":
        return psutil.BELOW_NORMAL_PRIORITY_CLASS
    return min(psutil.Process().nice() + LOWER_PRIORITY, 19)  # below the server's, whatever that is


def _prepare() -> None:
    """Everything that takes time and is the same for every run."""
    import tensorflow as tf

    from mnist_core import data, models, training  # noqa: F401 -- loaded now, used later

    with contextlib.suppress(ImportError):  # a run does without it; see `event_files`
        from tensorboard.plugins.text import summary_v2  # noqa: F401

    threads = max(2, (os.cpu_count() or 1) // runs_at_once())
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    with contextlib.suppress(data.DataError):
        data.load(data.best_available())
