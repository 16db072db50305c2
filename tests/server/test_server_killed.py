"""The server killed with kill -9 while people start and delete runs: a restart finds all of them.

A dozen kills; `pytest -m soak tests/server/test_server_killed.py` does fifty.
"""

import collections
import contextlib
import random
import threading
import time

import psutil
import pytest
from app import App
from visitor import Visitor

from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED
from mnist_core.scheduler import local

pytestmark = pytest.mark.slow

PATIENCE = 120  # seconds, for what a busy machine does
MOST_ACTIONS = 4  # of a guest before the kill, which comes up to LONGEST seconds after the last
LONGEST = 0.5
FEW = "recipe.train_images=600&recipe.epochs=2&network.blocks.0.filters=4&network.dense.0.units=16"


class Guest(threading.Thread):
    """Starts runs and deletes them, one after the other, until the server is gone."""

    def __init__(self, app):
        super().__init__(daemon=True)
        self.did, self.visitor = collections.Counter(), Visitor(app.url)

    def run(self):
        with contextlib.suppress(Exception):  # the server is killed under their hands
            self._do("came", self.visitor.open, f"/train?{FEW}&data={loading.best_available()}")
            while True:
                self._do("started", self.visitor.press, "start")
                self._do("went", self.visitor.go, "runs")
                self._delete_one()
                self._do("went", self.visitor.go, "train")

    def _do(self, what, call, *arguments):
        call(*arguments)
        self.did[what] += 1

    def _delete_one(self):
        """The oldest that has ended."""
        ended = [run.name for run in run_store.all_runs() if run.state in ENDED]
        if len(ended) > 2:
            self.visitor.set("run", ended[-1])
            self.visitor.press("delete")
            self._do("deleted", self.visitor.press, "delete_for_good")


def kill_at_random_moments(home, count):
    """So many servers on one home, one after the other, each killed; what was done on them."""
    dice, did = random.Random(7), collections.Counter()
    for _ in range(count):
        app = App(home)
        guest = Guest(app)
        guest.start()
        wanted, end = dice.randint(0, MOST_ACTIONS), time.monotonic() + PATIENCE
        while guest.did.total() < wanted and guest.is_alive() and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(dice.uniform(0, LONGEST))
        before = {run.name: run.status() for run in run_store.all_runs() if run.state in ACTIVE}
        app.kill()
        guest.join(PATIENCE)
        guest.visitor.close()
        did += guest.did
        did["trained meanwhile"] += sum(map(local.is_alive, before.values()))
    return did


def lost_and_left(home, count, capsys):
    """What was done, after looking at every run: all readable and ended, nothing left over."""
    did = kill_at_random_moments(home, count)
    app = App(home)  # finds them again, and has the rest begin
    visitor = Visitor(app.url).open("/runs")
    end = time.monotonic() + PATIENCE + 6 * did["started"]
    while not all(run.state in ENDED for run in run_store.all_runs()):
        assert time.monotonic() < end, [run.status() for run in run_store.all_runs()]
        time.sleep(0.2)
    visitor.go("runs")
    found = run_store.all_runs()
    assert visitor.faults == visitor.errors() == []
    shown = visitor.text()
    visitor.close()
    log = app.log()
    app.stop()
    states = collections.Counter(run.state for run in found)
    with capsys.disabled():
        print(f"\n{count} servers killed, guests: {dict(did)}; runs afterwards: {dict(states)}")
    assert "Traceback" not in log
    assert found[0].name in shown
    assert set(states) == {"finished"}  # their processes don't die with the server
    for run in found:
        assert len([e for e in run.events()[0] if e["kind"] == "epoch"]) == 2
        assert model_store.load(run.name).count_params() == 11_042
    # No process is left waiting, and what a killed server was making or removing is cleared away
    while waiting := list(at_work(home)):  # the last one may be just about to end
        assert time.monotonic() < end, waiting
        time.sleep(0.2)
    unfinished = [path.name for path in home.rglob(".*")]
    assert unfinished == []
    return did


def at_work(home):
    """Processes that train, or wait for it, on a home."""
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):  # it is gone, or somebody else's
            ours = process.environ().get("MNIST_CORE_HOME", "") == str(home)
            if ours and "work" in process.info["cmdline"]:
                yield process


def test_a_dozen_killed_servers_lose_no_run(home, capsys):
    did = lost_and_left(home, 12, capsys)
    assert did["started"] >= 6
    assert did["trained meanwhile"]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_fifty_killed_servers_lose_no_run(home, capsys):
    lost_and_left(home, 50, capsys)


def test_stopping_the_server_keeps_its_workers_and_a_restart_finds_them(home):
    app = App(home)
    visitor = Visitor(app.url).open(
        f"/train?{FEW}&data={loading.best_available()}&recipe.epochs=200"
    )
    visitor.press("start")
    (run,) = run_store.all_runs()
    end = time.monotonic() + PATIENCE
    while run.state != "training":
        assert time.monotonic() < end
        time.sleep(0.05)
    visitor.close()
    app.stop()
    told = len(run.events()[0])
    while len(run.events()[0]) < told + 5:  # nobody looks, and it goes on
        assert time.monotonic() < end
        time.sleep(0.05)
    app = App(home)
    visitor = Visitor(app.url).open("/train")
    assert "Training" in visitor.text()
    visitor.press("stop")
    visitor.wait(lambda: "Stopped in epoch" in visitor.text(), PATIENCE)
    assert visitor.faults == []
    visitor.close()
    app.stop()
    assert run.state == "stopped"
    assert model_store.load(run.name).count_params() == 11_042
