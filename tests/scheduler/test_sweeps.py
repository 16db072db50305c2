"""A sweep: a field and a text of values become runs that belong together."""

import pytest

from mnist_core.config import grid
from mnist_core.config.paths import flatten
from mnist_core.config.schema import ConvBlock, Experiment, Network
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.scheduler import scheduler, sweeps

RATE = "recipe.learning_rate"
QUICK = PRESETS["quick"]


@pytest.fixture(autouse=True)
def nothing_trains(monkeypatch):
    monkeypatch.setattr(scheduler, "advance", lambda: None)


def test_each_value_gives_an_experiment_that_differs_in_that_field_only():
    found = grid.experiments(QUICK, RATE, "0.0003, 0.001, 0.003")
    assert list(found) == ["0.0003", "0.001", "0.003"]
    for value, experiment in found.items():
        assert experiment == QUICK.with_values({RATE: value})


@pytest.mark.parametrize(
    ("path", "text", "values"),
    [
        ("recipe.optimizer", "adam, SGD", ["Adam", "SGD"]),
        ("recipe.epochs", "1;2\n3", [1, 2, 3]),
        ("network.blocks", "1,2", [1, 2]),
        ("network.blocks.0.batch_normalization", "on, off", [True, False]),
        ("network.blocks.0.batch_normalization", "true, no", [True, False]),
        ("network.blocks.0.pool_size", "none, 2 x 2", [0, 2]),
        ("network.blocks.0.pool_size", "0, 3", [0, 3]),
        ("recipe.augmentation.rotation", " 0 , 10 ,", [0.0, 10.0]),
        ("data", "MNIST, built-in", ["mnist", "built-in"]),
        (RATE, "0.1, 0.10, 1e-1, 0.2", [0.1, 0.2]),
    ],
)
def test_values_are_read_as_people_write_them(path, text, values):
    found = grid.experiments(Experiment(), path, text)
    assert [flatten(e)[path] for e in found.values()] == values


@pytest.mark.parametrize(
    ("path", "text", "sentence"),
    [
        (RATE, "0.001, 50", "With 50: Recipe.learning_rate must be from 1e-06 to 10.0."),
        (RATE, "0.001, much", "With much: recipe.learning_rate must be a number"),
        ("recipe.optimizer", "Adam, Lion", "With Lion: Recipe.optimizer must be one of Adam,"),
        ("recipe.epochs", "1.5, 2", "With 1.5: Recipe.epochs must be a whole number"),
        ("network.blocks.0.kernel_size", "3, 12", "With 12: ConvBlock.kernel_size must be"),
        ("recipe.nope", "1, 2", "With 1: recipe.nope: there is no field 'nope'"),
        ("recipe", "{}, {}", "A sweep needs a single field"),
        (RATE, "", "A sweep takes 2 to 12 different values, .* Received: 0"),
        (RATE, "0.1", "Received: 1"),
        (RATE, "0.1, 0.10", "Received: 1"),
        ("recipe.seed", ",".join(map(str, range(13))), "Received: 13"),
    ],
)
def test_a_bad_value_is_named_in_a_sentence(path, text, sentence):
    with pytest.raises(ValueError, match=sentence) as fault:
        grid.experiments(Experiment(), path, text)
    assert "\n" not in str(fault.value)


def test_a_network_that_cannot_be_is_named_by_its_value():
    base = Experiment(Network(blocks=[ConvBlock(pool_size=4), ConvBlock()]))
    with pytest.raises(ValueError, match=r"With 9: .*kernel"):
        grid.experiments(base, "network.blocks.1.kernel_size", "3, 9")


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_suggestion_can_be_swept(name):
    base = PRESETS[name]
    for path in grid.sweepable_paths(base):
        text = grid.suggest_values(base, path)
        assert len(grid.experiments(base, path, text)) == text.count(",") + 1


def test_every_field_can_be_chosen_and_the_useful_come_first():
    paths = grid.sweepable_paths(QUICK)
    assert sorted(paths) == sorted(flatten(QUICK))
    assert paths[:3] == [RATE, "recipe.optimizer", "recipe.batch_size"]


def test_what_needs_validation_is_not_offered_without():
    assert "recipe.patience" in grid.sweepable_paths(QUICK)
    assert "recipe.patience" not in grid.sweepable_paths(
        QUICK.with_values({"recipe.validation": "none"})
    )


def test_a_sweep_queues_a_run_for_each_value_in_order_and_they_know_each_other(home):
    other = run_store.create(QUICK, "other")
    found = grid.experiments(QUICK, RATE, "0.1, 0.2, 0.3")
    made = sweeps.start(found, RATE, "quick")
    assert [run.name for run in made] == [f"quick learning rate 0.{n}" for n in (1, 2, 3)]
    assert [run.experiment() for run in made] == list(found.values())
    assert {run.state for run in made} == {"queued"}
    assert sweeps.members(sweeps.sweep_id(made[1])) == made
    assert sweeps.sweep_id(other) == ""
    assert sweeps.members("") == []
    worker_order = [run.name for run in reversed(run_store.all_runs())]
    assert worker_order == ["other", *(run.name for run in made)]


def test_a_run_stays_in_its_sweep_whatever_happens_to_it(home):
    first, second = sweeps.start(grid.experiments(QUICK, RATE, "0.1, 0.2"), RATE, "quick")
    for state in ("training", "finished"):
        second.set_status(state)
    renamed = run_store.rename(second.name, "mine")
    assert sweeps.members(sweeps.sweep_id(first)) == [first, renamed]


def test_the_same_sweep_twice_is_two_sweeps(home):
    found = grid.experiments(QUICK, RATE, "0.1, 0.2")
    once, twice = sweeps.start(found, RATE, "quick"), sweeps.start(found, RATE, "quick")
    assert sweeps.members(sweeps.sweep_id(once[0])) == once
    assert sweeps.members(sweeps.sweep_id(twice[0])) == twice


def test_a_damaged_status_belongs_to_no_sweep(home):
    run = run_store.create(QUICK, "run", sweep="quick")
    assert sweeps.sweep_id(run) == ""


@pytest.mark.parametrize("path", [*grid.USEFUL, "network.blocks.0.activation"])
def test_a_runs_name_says_the_value_and_can_be_a_name(path):
    base = PRESETS["lenet"]
    for value in grid.suggest_values(base, path).split(", "):
        for name in ("lenet", "x" * 60):
            found = sweeps.run_name(name, path, value)
            assert run_store.validate_name(found) == found
            assert found.endswith(value) and len(found) <= 54


def test_a_sweep_from_a_run_of_a_sweep_is_called_after_what_that_began_with():
    name = sweeps.run_name("quick learning rate 0.001", RATE, "0.002")
    assert name == "quick learning rate 0.002"
    longer = sweeps.run_name("quick learning rate 0.001", "recipe.epochs", "5")
    assert longer == "quick learning rate 0.001 epochs 5"


def test_stopping_a_sweep_takes_the_waiting_out_before_the_first_is_stopped(home, monkeypatch):
    made = sweeps.start(grid.experiments(QUICK, RATE, "0.1, 0.2, 0.3"), RATE, "quick")
    made[0].set_status("training")
    order, stop = [], scheduler.stop
    monkeypatch.setattr(scheduler, "stop", lambda run: (order.append(run.name), stop(run)))
    sweeps.stop_all(made)
    assert order[-1] == made[0].name and len(order) == 3
    assert [run.state for run in made] == ["training", "stopped", "stopped"]
    assert made[0].stop_requested()
