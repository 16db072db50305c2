"""Runs that train in a second, and waiting for what other processes make of them."""

import contextlib
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil

from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe
from mnist_core.data import loading
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import local, scheduler
from mnist_core.system import paths

SMALL = Network(blocks=[ConvBlock(filters=4)], dense=[DenseLayer(units=16)])
PARAMETERS = 11_042  # of that network
LONG = {"epochs": 200, "train_images": 50_000}  # minutes: it is there until it is stopped
TIMEOUT = 240  # seconds, for what a process does on a busy machine
POLL = 0.02  # seconds


def small_experiment(network=SMALL, **recipe):
    """An experiment of the small network on whichever data set is there."""
    chosen = {"train_images": 400, "epochs": 1, "learning_rate": 0.01} | recipe
    return Experiment(network, Recipe(**chosen), loading.best_available())


def events_of_kind(run, kind):
    return [event for event in run.events()[0] if event["kind"] == kind]


def has_epochs(run, count):
    return lambda: len(events_of_kind(run, "epoch")) >= count


def have_ended(*runs):
    """A condition: these runs have ended; without any, all runs of the home."""
    return lambda: all(run.state in ENDED for run in runs or run_store.all_runs())


def states():
    """Where all runs stand, for a test that fails to say."""
    return [(run.id, run.status(), run.events()[0][-2:]) for run in run_store.all_users_runs()]


def wait_until(condition, advance=True, timeout=TIMEOUT, poll=POLL, otherwise=states):
    """Wait for a condition, looking after the queue meanwhile as an open page does.

    Args:
        advance: False where nobody is there to look after it.
        otherwise: called for what to say where it is never met.
    """
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, otherwise()
        if advance:
            with contextlib.suppress(OSError):
                scheduler.advance()
        time.sleep(poll)


def start_python(code, cwd=None, **variables):
    """A process that runs this code and knows the program and what tests share."""
    path = os.pathsep.join([str(paths.PROJECT), str(Path(__file__).parent)])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=cwd,
        env=paths.subprocess_environment(**{"PYTHONPATH": path} | variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output_of(process):
    """What a process of `start_python` prints; it must end well."""
    stdout, stderr = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, stderr
    return stdout


def kill_processes():
    """Kill the processes that train runs of this test's home."""
    for run in run_store.all_users_runs():
        status = run.status()
        if status.get("pid") != os.getpid() and local.is_alive(status):
            with contextlib.suppress(psutil.Error):
                psutil.Process(status["pid"]).kill()
