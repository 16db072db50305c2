"""A sweep: a field and a text of values become runs that belong together."""

import pytest

from mnist_core.config import grid
from mnist_core.presets import PRESETS
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from mnist_core.scheduler import scheduler, sweeps

RATE = "recipe.learning_rate"
QUICK = PRESETS["quick"]


@pytest.fixture(autouse=True)
def nothing_trains(monkeypatch):
    monkeypatch.setattr(scheduler, "advance", lambda: None)


def test_a_sweep_queues_a_run_for_each_value_in_order_and_they_know_each_other(home):
    other = run_store.create(QUICK, "other")
    experiments = grid.experiments(QUICK, RATE, "0.1, 0.2, 0.3")
    runs = sweeps.start(experiments, RATE, "quick")
    assert [run.name for run in runs] == [f"quick learning rate 0.{n}" for n in (1, 2, 3)]
    assert [run.experiment() for run in runs] == list(experiments.values())
    assert {run.state for run in runs} == {"queued"}
    assert sweeps.members(sweeps.sweep_id(runs[1])) == runs
    assert sweeps.sweep_id(other) == ""
    assert sweeps.members("") == []
    queued = [run.name for run in reversed(run_store.all_runs())]
    assert queued == ["other", *(run.name for run in runs)]


def test_a_run_stays_in_its_sweep_whatever_happens_to_it(home):
    first, second = sweeps.start(grid.experiments(QUICK, RATE, "0.1, 0.2"), RATE, "quick")
    for state in ("training", "finished"):
        second.set_status(state)
    renamed = run_store.rename(second.name, "mine")
    assert sweeps.members(sweeps.sweep_id(first)) == [first, renamed]


def test_the_same_sweep_twice_is_two_sweeps(home):
    experiments = grid.experiments(QUICK, RATE, "0.1, 0.2")
    for runs in [sweeps.start(experiments, RATE, "quick") for _ in range(2)]:
        assert sweeps.members(sweeps.sweep_id(runs[0])) == runs


def test_a_damaged_status_belongs_to_no_sweep(home):
    run = run_store.create(QUICK, "run", sweep="quick")
    assert sweeps.sweep_id(run) == ""


@pytest.mark.parametrize("path", [*grid.USEFUL, "network.blocks.0.activation"])
def test_a_runs_name_says_the_value_and_can_be_a_name(path):
    base = PRESETS["lenet"]
    for value in grid.suggest_values(base, path).split(", "):
        for name in ("lenet", "x" * 60):
            made = sweeps.run_name(name, path, value)
            assert run_name.validate_new(made) == made
            assert made.endswith(value) and len(made) <= sweeps.MAX_NAME


def test_a_sweep_from_a_run_of_a_sweep_is_called_after_what_that_began_with():
    name = sweeps.run_name("quick learning rate 0.001", RATE, "0.002")
    assert name == "quick learning rate 0.002"
    longer = sweeps.run_name("quick learning rate 0.001", "recipe.epochs", "5")
    assert longer == "quick learning rate 0.001 epochs 5"


def test_stopping_a_sweep_takes_the_waiting_out_before_the_first_is_stopped(home, monkeypatch):
    runs = sweeps.start(grid.experiments(QUICK, RATE, "0.1, 0.2, 0.3"), RATE, "quick")
    runs[0].set_status("training")
    order, stop = [], scheduler.stop
    monkeypatch.setattr(scheduler, "stop", lambda run: (order.append(run.name), stop(run)))
    sweeps.stop_all(runs)
    assert order[-1] == runs[0].name and len(order) == 3
    assert [run.state for run in runs] == ["training", "stopped", "stopped"]
    assert runs[0].stop_requested()
