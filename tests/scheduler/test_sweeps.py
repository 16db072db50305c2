"""A sweep: a field and a text of values become runs that belong together."""

import errno
import itertools
from pathlib import Path

import pytest
from small_runs import TIMEOUT, start_python

from mnist_core.config import grid
from mnist_core.presets import PRESETS
from mnist_core.runs import run_name
from mnist_core.runs import store as run_store
from mnist_core.scheduler import scheduler, sweeps
from mnist_core.system import atomic_files

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


@pytest.mark.parametrize("step", ["write", "rename"])
@pytest.mark.parametrize("number", [1, 2, 6])
def test_a_sweep_that_fails_half_way_leaves_nothing(home, monkeypatch, step, number):
    run_store.create(QUICK, "earlier")
    where, numbers = {"write": atomic_files, "rename": Path}[step], itertools.count(1)
    real = getattr(where, step)

    def fail_once(*arguments):
        if next(numbers) == number:
            raise OSError(errno.ENOSPC, "full")
        return real(*arguments)

    monkeypatch.setattr(where, step, fail_once)
    experiments = grid.experiments(QUICK, RATE, "0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7")
    with pytest.raises(OSError, match="full"):
        sweeps.start(experiments, RATE, "quick")
    assert [path.name for path in (home / "runs").iterdir()] == ["earlier"]
    assert len(sweeps.start(experiments, RATE, "quick")) == 7


def test_a_sweep_that_would_be_too_many_runs_queues_none(home, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_WAITING_PER_PERSON", "2")
    with pytest.raises(run_store.RunError, match="At most 2 of your runs can wait"):
        sweeps.start(grid.experiments(QUICK, RATE, "0.1, 0.2, 0.3"), RATE, "quick")
    assert run_store.all_runs() == []


@pytest.mark.parametrize("variable", ["WAITING_PER_PERSON", "KEPT_PER_PERSON"])
def test_two_processes_that_submit_at_once_get_no_more_than_one_may_have(home, variable):
    code = """
        import sys
        from mnist_core.presets import PRESETS
        from mnist_core.runs import store
        from mnist_core.system import atomic_files

        write = atomic_files.write

        def write_when_told(*arguments):  # what is asked now has been allowed, if it is at once
            atomic_files.write = write
            print("writes", flush=True)
            sys.stdin.readline()
            write(*arguments)

        atomic_files.write = write_when_told
        try:
            print(store.create(PRESETS["tiny"], "run").name)
        except store.RunError as error:
            print(error)
    """
    processes = [start_python(code, **{f"MNIST_CORE_{variable}": "1"}) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "writes\n"
    outputs = [process.communicate("go\n", timeout=TIMEOUT)[0] for process in processes]
    assert sorted(output[:9] for output in outputs) == ["At most 1", "run\n"]
    assert len(run_store.all_runs()) == 1


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
