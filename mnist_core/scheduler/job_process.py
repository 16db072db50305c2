"""What a process does that trains a run."""

import contextlib
import os
import platform
import sys
from pathlib import Path

from mnist_core.data import loading, types
from mnist_core.runs.run import Run
from mnist_core.scheduler import local, scheduler
from mnist_core.scheduler.job import train_run
from mnist_core.system import logging_setup


def run_submitted() -> None:
    """What a process that trains does: load, wait for a folder on standard input, train it.

    Standard input that ends without one means that the server is gone.
    """
    local.lower_priority()
    _load_libraries(max(2, (os.cpu_count() or 1) // scheduler.max_concurrent_runs()))
    folder = sys.stdin.readline().strip()
    if folder:
        logging_setup.redirect_to_file(Path(folder) / "worker.log")
        _train(Run(Path(folder)))


def run_job(run: Run, threads: int, **known) -> None:
    """The same in a process that was begun for this run.

    Args:
        threads: to compute with.
        known: more for the run's status.
    """
    logging_setup.redirect_to_file(run.folder / "worker.log")
    local.lower_priority()
    run.update_status(host=platform.node(), **known)
    _load_libraries(threads)
    _train(run)


def _train(run: Run) -> None:
    local.limit_memory()
    train_run(run)
    scheduler.advance()


def _load_libraries(threads: int) -> None:
    """Everything that takes time and is the same for every run."""
    import tensorflow as tf

    from mnist_core.training import loop  # noqa: F401 -- loaded now, used later

    with contextlib.suppress(ImportError):  # a run does without it; see `event_files`
        from tensorboard.plugins.text import summary_v2  # noqa: F401

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    with contextlib.suppress(types.DataError):
        loading.load(loading.best_available())
