"""Workers killed with kill -9 at random moments: no run is lost, and nothing piles up.

A dozen kills; `pytest -m soak tests/scheduler/test_killed_processes.py` does two hundred.
"""

import collections
import contextlib
import os
import random
import signal
import time

import psutil
import pytest

from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe
from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED, WAITING
from mnist_core.scheduler import local, scheduler

pytestmark = pytest.mark.slow

SMALL = Network(blocks=[ConvBlock(filters=4)], dense=[DenseLayer(units=16)])
RECIPE = Recipe(train_images=3000, epochs=4, batch_size=32)
PATIENCE = 120  # seconds, for one run on a busy machine
AT_ONCE = 0.2  # share of the kills that may come while the process still loads


@pytest.fixture
def one_at_a_time(home, monkeypatch):
    """One run trains at a time, and the next process gets ready at once."""
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "1")
    monkeypatch.setattr(local, "PREWARM_DELAY", -1.0)
    yield
    for run in run_store.all_runs():
        if scheduler.is_alive(run):
            psutil.Process(run.status()["pid"]).kill()
    local.end_prewarmed()


def working():
    """The run that a process works on, or none."""
    return next((run for run in run_store.all_runs() if run.state in ACTIVE), None)


def begin():
    """A run that a process with TensorFlow loaded works on."""
    end = time.monotonic() + PATIENCE
    if not any(run.state in WAITING for run in run_store.all_runs()):
        run_store.create(Experiment(SMALL, RECIPE, loading.best_available()), "killed")
    while working() is None:
        scheduler.advance()
        assert time.monotonic() < end
    scheduler.prewarm()
    return working()


def kill_at_random_moments(count):
    """So many kills; what the run was at each."""
    dice, hit = random.Random(6), collections.Counter()
    takes = seconds_of_training(begin())
    while sum(hit.values()) < count:
        run = begin()
        if dice.random() > AT_ONCE:
            wait_until(lambda run=run: run.state != "starting", run)
        until = time.monotonic() + dice.uniform(0, 1.1 * takes)
        asked = dice.random() < 0.2
        while time.monotonic() < until and run.state in ACTIVE:
            if asked and run.state == "training":
                scheduler.stop(run)
                asked = False
            time.sleep(0.002)
        status = run.status()
        if status["state"] in ACTIVE:
            with contextlib.suppress(ProcessLookupError):  # it ended in this very moment
                os.kill(status["pid"], signal.SIGKILL)
            hit[status["state"]] += 1
        wait_until_dead(status["pid"])
        scheduler.advance()
    return hit


def wait_until(condition, run):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, run.status()
        time.sleep(0.002)


def seconds_of_training(run):
    """How long such a run takes once its process has loaded, the test and saving included."""
    wait_until(lambda: run.state != "starting", run)
    began = time.monotonic()
    wait_until(lambda: run.state in ENDED, run)
    return time.monotonic() - began


def wait_until_dead(pid):
    """Until the system has nothing left of it but a line in its table."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        while process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            time.sleep(0.002)


def let_the_rest_end():
    end = time.monotonic() + PATIENCE
    while not all(run.state in ENDED for run in run_store.all_runs()):
        assert time.monotonic() < end, [run.status() for run in run_store.all_runs()]
        scheduler.advance()
        time.sleep(0.05)


def of_kind(run, kind):
    return [event for event in run.events()[0] if event["kind"] == kind]


def check(run):
    """Nothing that it told is lost, and its last model can be used."""
    epochs = [event["epoch"] for event in of_kind(run, "epoch")]
    assert epochs == list(range(1, len(epochs) + 1))
    at = 0
    for event in of_kind(run, "steps"):
        assert event["first"] == at + 1
        at += len(event["loss"])
    assert len(of_kind(run, "damaged")) <= run.status()["tries"]
    if run.state == "interrupted":
        kept = "are kept" if run.has_model() else "had no full epoch yet"
        assert kept in run.status()["sentence"]
    else:
        assert of_kind(run, "test")
    if run.has_model():
        assert model_store.load(run.name).count_params() == 11_042
        assert len(model_store.card(run.name)["curves"]) in (len(epochs), len(epochs) - 1)


def leftovers(home):
    """Names of files that only a program at work has."""
    return [path.name for path in home.rglob(".*")]


def survives(home, count, capsys):
    hit = kill_at_random_moments(count)
    let_the_rest_end()
    found = run_store.all_runs()
    for run in found:
        check(run)
    ended = collections.Counter(run.state for run in found)
    with capsys.disabled():
        print(f"\n{count} workers killed, by what their runs did: {dict(hit)};", end=" ")
        print(f"{len(found)} runs, by how they ended: {dict(ended)}")
    assert set(ended) <= {"finished", "stopped", "interrupted"}
    assert leftovers(home) == []


def test_a_dozen_killed_workers_lose_nothing(home, one_at_a_time, capsys):
    survives(home, 12, capsys)
    killed = begin()  # by chance none of them may have had a model
    wait_until(killed.has_model, killed)
    os.kill(killed.status()["pid"], signal.SIGKILL)
    wait_until_dead(killed.status()["pid"])
    let_the_rest_end()
    check(killed)
    assert killed.state == "interrupted"
    more = scheduler.start(killed.experiment(), "on", continues=killed.name)
    let_the_rest_end()
    assert more.state == "finished"
    assert of_kind(more, "epoch")[-1]["epoch"] == len(model_store.card(killed.name)["curves"]) + 4


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_killed_workers_lose_nothing(home, one_at_a_time, capsys):
    survives(home, 200, capsys)
