"""Processes killed with kill -9 at random moments: no run is lost, and nothing piles up.

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
from run_inventory import RunInventory
from small_runs import (
    PARAMETERS,
    events_of_kind,
    have_ended,
    small_experiment,
    wait_until,
)

from mnist_core.models import store as model_store
from mnist_core.runs import live_weights
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, WAITING
from mnist_core.scheduler import local, scheduler

pytestmark = pytest.mark.slow

RECIPE = {"train_images": 3000, "epochs": 4, "batch_size": 32, "learning_rate": 0.001}
WHILE_LOADING = 0.2  # share of the kills that may come while the process still loads
STOPPED_FIRST = 0.2  # share of the runs that are asked to stop before
POLL = 0.002  # seconds: the moment of a kill is to be exact
QUEUED = 2  # runs that wait, at least, before one begins


@pytest.fixture(autouse=True)
def one_at_a_time(home, monkeypatch):
    """One run trains at a time, and the next process is prewarmed at once."""
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "1")
    monkeypatch.setattr(local, "PREWARM_DELAY", -1.0)
    yield
    local.end_prewarmed()


def active_run():
    return next((run for run in run_store.all_runs() if run.state in ACTIVE), None)


def begin(inventory):
    """A run that a prewarmed process works on, while others wait."""
    while sum(run.state in WAITING for run in run_store.all_runs()) < QUEUED:
        inventory.add(run_store.create(small_experiment(**RECIPE), "killed"))
    wait_until(active_run)
    scheduler.prewarm()
    return active_run()


def kill(pid):
    with contextlib.suppress(ProcessLookupError):  # it ended in this very moment
        os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)


def wait_until_gone(pid):
    """Until the system has nothing left of a process but a zombie."""
    with contextlib.suppress(psutil.Error):
        process, gone = psutil.Process(pid), (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        wait_until(lambda: process.status() in gone, advance=False, poll=POLL)


def seconds_of_training(inventory):
    """How long such a run takes once its process has loaded, the test and saving included."""
    run = begin(inventory)
    wait_until(lambda: run.state != "starting", poll=POLL)
    began = time.monotonic()
    wait_until(have_ended(run), poll=POLL)
    return time.monotonic() - began


def kill_at_random_moments(count, inventory):
    """Kill so many processes; returns how often a run was in which state at that moment."""
    rng, killed_in = random.Random(6), collections.Counter()
    seconds = seconds_of_training(inventory)
    while killed_in.total() < count:
        run = begin(inventory)
        if rng.random() > WHILE_LOADING:
            wait_until(lambda run=run: run.state != "starting", advance=False, poll=POLL)
        until = time.monotonic() + rng.uniform(0, 1.1 * seconds)
        stop = rng.random() < STOPPED_FIRST
        while time.monotonic() < until and run.state in ACTIVE:
            if stop and run.state == "training":
                scheduler.stop(run)
                stop = False
            time.sleep(POLL)
        status, before = run.status(), kept(run)
        if status["state"] in ACTIVE:
            killed_in[status["state"]] += 1
            kill(status["pid"])
        wait_until_gone(status["pid"])
        scheduler.advance()
        assert lost(before, kept(run)) == [], run
    return killed_in


def kept(run):
    """What there is of a run: its events, and the epochs that its model has learned."""
    curves = model_store.card(run)["curves"] if run.has_model() else []
    return run.events()[0] + [{"kind": "kept", "epoch": epoch["epoch"]} for epoch in curves]


def lost(before, after):
    """What was kept before and is no more."""
    return [part for part in before if part not in after]


def check(run):
    """No event is missing between others, and the last model can be used."""
    epochs = [event["epoch"] for event in events_of_kind(run, "epoch")]
    assert epochs == list(range(1, len(epochs) + 1)), run
    step = 0
    for event in events_of_kind(run, "steps"):
        assert event["first"] == step + 1, run
        step += len(event["loss"])
    assert len(events_of_kind(run, "damaged")) <= run.status()["tries"], run
    if run.state == "interrupted":
        words = "are kept" if run.has_model() else "had no full epoch yet"
        assert words in run.status()["sentence"]
    else:
        assert events_of_kind(run, "test"), run
    if run.has_model():
        assert model_store.load(run).count_params() == PARAMETERS
        assert len(model_store.card(run)["curves"]) in (len(epochs), len(epochs) - 1), run


def check_after_kills(home, count, capsys):
    """Nothing is lost; in the end a run is, on purpose, to see that it would have been noticed."""
    inventory = RunInventory()
    killed_in = kill_at_random_moments(count, inventory)
    wait_until(have_ended())
    runs = run_store.all_runs()
    for run in runs:
        check(run)
    ended = collections.Counter(run.state for run in runs)
    with capsys.disabled():
        print(
            f"\n{count} processes killed, by the state of their runs: {dict(killed_in)};", end=" "
        )
        print(f"{inventory}, by how they ended: {dict(ended)}")
    inventory.check()
    assert [run for run in runs if run.state not in ("finished", "stopped", "interrupted")] == []
    assert [path.name for path in home.rglob(".*")] == []  # names of what is being written
    assert list(home.rglob(live_weights.NAME)) == []
    inventory.check_that_a_loss_is_noticed()


def test_a_dozen_killed_processes_lose_nothing(home, capsys):
    check_after_kills(home, 12, capsys)


def test_an_event_or_an_epoch_that_is_lost_would_be_named(home):
    before = [{"kind": "epoch", "epoch": 1}, {"kind": "epoch", "epoch": 2}]
    before += [{"kind": "kept", "epoch": 1}]
    assert lost(before, [*before, {"kind": "status"}]) == []
    for part in before:
        assert lost(before, [other for other in before if other != part]) == [part]


def test_a_killed_run_keeps_its_last_full_epoch_alone_and_is_continued_from_there(home):
    killed = begin(RunInventory())
    of_the_moment = killed.folder / live_weights.NAME
    wait_until(lambda: killed.has_model() and of_the_moment.exists(), advance=False, poll=POLL)
    kill(killed.status()["pid"])
    assert of_the_moment.exists()
    wait_until(have_ended())
    assert not of_the_moment.exists()
    check(killed)
    assert killed.state == "interrupted"
    more = scheduler.start(killed.experiment(), "on", continues=killed)
    wait_until(have_ended())
    assert more.state == "finished"
    learned = len(model_store.card(killed)["curves"])
    assert events_of_kind(more, "epoch")[-1]["epoch"] == learned + RECIPE["epochs"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_hundred_killed_processes_lose_nothing(home, capsys):
    check_after_kills(home, 200, capsys)
