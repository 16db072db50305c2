"""The server killed with kill -9 while people start and delete runs: a restart finds all of them.

A dozen kills; `pytest -m soak tests/server/test_server_killed.py` does fifty.
"""

import collections
import contextlib
import random
import threading
import time
from urllib.parse import quote

import psutil
import pytest
from app import App
from run_inventory import RunInventory
from small_runs import PARAMETERS, TIMEOUT, events_of_kind, have_ended, wait_until
from visitor import Visitor

from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED
from mnist_core.scheduler import local

pytestmark = pytest.mark.slow

MAX_ACTIONS = 4  # of a guest before the kill
MAX_DELAY = 0.5  # seconds from the last action to the kill
FEW = "recipe.train_images=600&recipe.epochs=2&network.blocks.0.filters=4&network.dense.0.units=16"


class Guest(threading.Thread):
    """Starts runs and deletes them, one after the other, until the server is gone."""

    def __init__(self, app, inventory):
        super().__init__(daemon=True)
        self.actions, self.visitor = collections.Counter(), Visitor(app.url)
        self.inventory, self.without_a_run = inventory, []

    def run(self):
        with contextlib.suppress(Exception):  # the server is killed meanwhile
            while True:
                self._do("came", self.visitor.open, f"/train?{FEW}&data={loading.best_available()}")
                self._start()
                self._do("went", self.visitor.navigate, "runs")
                self._delete_oldest()

    def _do(self, name, call, *arguments):
        call(*arguments)
        self.actions[name] += 1

    def _start(self):
        self._do("started", self.visitor.press, "start")
        if not self.inventory.look():
            self.without_a_run.append(f"Start {self.actions['started']} was answered with no run")

    def _delete_oldest(self):
        """The oldest that has ended, where there are a few."""
        ended = [run for run in run_store.all_runs() if run.state in ENDED]
        if len(ended) > 2:
            self.visitor.open(f"/runs?run={quote(ended[-1].name)}")
            self.inventory.to_delete.add(ended[-1].id)  # now: the answer may never come
            self._do("deleted", self.visitor.press, "delete")
            self.inventory.deleted.add(ended[-1].id)


def kill_at_random_moments(home, count, inventory):
    """Kill so many servers on one home, one after the other; returns what guests did on them."""
    rng, actions = random.Random(7), collections.Counter()
    for _ in range(count):
        app = App(home)
        guest = Guest(app, inventory)
        guest.start()
        wanted = rng.randint(0, MAX_ACTIONS)
        wait_until(
            lambda guest=guest, wanted=wanted: (
                guest.actions.total() >= wanted or not guest.is_alive()
            ),
            advance=False,
            poll=0.005,
        )
        time.sleep(rng.uniform(0, MAX_DELAY))
        active = [run.status() for run in run_store.all_runs() if run.state in ACTIVE]
        app.kill()
        guest.join(TIMEOUT)
        guest.visitor.close()
        inventory.look()
        inventory.read_log(app.log())
        assert guest.without_a_run == []
        actions += guest.actions
        actions["trained meanwhile"] += sum(map(local.is_alive, active))
    return actions


def check_after_kills(home, count, capsys):
    """No run is lost, each can be read and has ended, nothing is left over; returns what was done.

    In the end one is lost on purpose, to see that it would have been noticed.
    """
    inventory = RunInventory()
    actions = kill_at_random_moments(home, count, inventory)
    app = App(home)  # finds them again, and has the rest begin
    visitor = Visitor(app.url).open("/runs")
    timeout = TIMEOUT + 6 * actions["started"]
    wait_until(have_ended(), advance=False, timeout=timeout)
    visitor.navigate("runs")
    runs = run_store.all_runs()
    assert visitor.failures == visitor.error_boxes() == []
    assert runs[0].name in visitor.text()
    visitor.close()
    app.stop()
    states = collections.Counter(run.state for run in runs)
    with capsys.disabled():
        print(f"\n{count} servers killed, guests: {dict(actions)}; {inventory}: {dict(states)}")
    inventory.check()
    assert "Traceback" not in app.log()
    unfinished = [run for run in runs if run.state != "finished"]
    assert unfinished == []  # their processes don't die with the server
    for run in runs:
        assert len(events_of_kind(run, "epoch")) == 2, run
        assert model_store.load(run).count_params() == PARAMETERS, run
    # No process is left waiting, and what a killed server was making or removing is cleared away
    wait_until(
        lambda: not list(processes_of(home)),
        advance=False,
        timeout=timeout,
        otherwise=lambda: list(processes_of(home)),
    )
    assert [path.name for path in home.rglob(".*")] == []
    inventory.check_that_a_loss_is_noticed()
    return actions


def processes_of(home):
    """Processes that train, or wait for it, on a home."""
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):  # it is gone, or somebody else's
            ours = process.environ().get("MNIST_CORE_HOME", "") == str(home)
            if ours and "work" in process.info["cmdline"]:
                yield process


def test_a_dozen_killed_servers_lose_no_run(home, capsys):
    actions = check_after_kills(home, 12, capsys)
    assert actions["started"] >= 6
    assert actions["trained meanwhile"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_fifty_killed_servers_lose_no_run(home, capsys):
    check_after_kills(home, 50, capsys)


def test_stopping_the_server_keeps_its_processes_and_a_restart_finds_them(home):
    app = App(home)
    visitor = Visitor(app.url).open(
        f"/train?{FEW}&data={loading.best_available()}&recipe.epochs=200"
    )
    visitor.press("start")
    (run,) = run_store.all_runs()
    wait_until(lambda: run.state == "training", advance=False)
    visitor.close()
    app.stop()
    events = len(run.events()[0])
    wait_until(lambda: len(run.events()[0]) >= events + 5, advance=False)  # it goes on
    app = App(home)
    visitor = Visitor(app.url).open("/train")
    assert "Training" in visitor.text()
    visitor.press("stop")
    visitor.wait(lambda: "Stopped in epoch" in visitor.text(), TIMEOUT)
    assert visitor.failures == []
    visitor.close()
    app.stop()
    assert run.state == "stopped"
    assert model_store.load(run.name).count_params() == PARAMETERS
