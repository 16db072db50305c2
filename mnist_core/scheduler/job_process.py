"""What a process does that trains a run."""

import contextlib
import os
import platform
import sys
import time
from pathlib import Path

from mnist_core.data import loading, types
from mnist_core.runs.run import Run
from mnist_core.scheduler import local, queue, ray_cluster, scheduler
from mnist_core.scheduler.job import train_run
from mnist_core.system import logging_setup, machine

ASSIGNMENT_TIMEOUT = 60.0  # seconds; a shared folder may show late what another machine wrote


def run_assigned(token: str, folder: str = "") -> None:
    """Load what a training needs, then train the run that this process is meant for.

    Args:
        token: stands in that run's status, too.
        folder: of the run. Without it the process is made in advance: it waits for the folder on
            standard input. Where that ends without one, the server is gone.
    """
    if folder:
        logging_setup.redirect_to_file(Path(folder) / "worker.log")
    local.lower_priority()
    _load_libraries(ray_cluster.CPUS if folder else _local_threads())
    folder = folder or os.fsdecode(sys.stdin.buffer.readline().strip())
    if not folder:
        return
    run = Run(Path(folder))
    logging_setup.redirect_to_file(run.folder / "worker.log")
    if not is_assigned(run, token):
        return
    if run.status().get("ray"):
        run.update_status(host=platform.node())
    local.limit_memory()
    train_run(run)
    scheduler.advance(timeout=queue.BUSY_TIMEOUT)  # nobody else may come to do it


def is_assigned(run: Run, token: str) -> bool:
    """Whether the run is still to be trained by the process with this token.

    It isn't if a cluster answered too late whoever asked, and the run was begun anew.
    """
    end = time.monotonic() + ASSIGNMENT_TIMEOUT
    while time.monotonic() < end:
        status = run.status()
        if status["state"] == "starting" and token in (status.get("ray"), status.get("token")):
            return True
        time.sleep(0.2)
    return False


def _local_threads() -> int:
    """How many threads a run of this machine computes with."""
    count = machine.cpu_count()
    return max(min(2, count), count // scheduler.max_concurrent_runs())


def _load_libraries(threads: int) -> None:
    """Everything that takes time and is the same for every run."""
    import tensorflow as tf

    from mnist_core.training import loop  # noqa: F401 -- loaded now, used later

    with contextlib.suppress(ImportError):  # a run does without it; see `runs.tensorboard`
        from tensorboard.plugins.text import summary_v2  # noqa: F401

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)  # else one for each core there is
    with contextlib.suppress(types.DataError):
        loading.load(loading.best_available())
