"""A field and a text of values become the experiments of a sweep."""

import pytest

from mnist_core.config import grid
from mnist_core.config.paths import flatten
from mnist_core.config.schema import ConvBlock, Experiment, Network, Recipe
from mnist_core.presets import PRESETS

RATE = "recipe.learning_rate"
QUICK = PRESETS["quick"]


def test_each_value_gives_an_experiment_that_differs_in_that_field_only():
    values = ["0.0003", "0.001", "0.003"]
    expected = {value: QUICK.with_values({RATE: value}) for value in values}
    assert grid.experiments(QUICK, RATE, ", ".join(values)) == expected


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
    experiments = grid.experiments(Experiment(), path, text).values()
    assert [flatten(experiment)[path] for experiment in experiments] == values


@pytest.mark.parametrize(
    ("path", "text", "sentence"),
    [
        (RATE, "0.001, 50", "^recipe.learning_rate must be from 1e-06 to 10.0. Received: 50.0"),
        (RATE, "0.001, much", "^recipe.learning_rate must be a number. Received: 'much'$"),
        (RATE, "0.0003 0", "^recipe.learning_rate must be a number. Received: '0.0003 0'$"),
        ("recipe.optimizer", "Adam, Lion", "^recipe.optimizer must be one of Adam,"),
        ("recipe.epochs", "1.5, 2", "^recipe.epochs must be a whole number"),
        ("network.blocks.0.kernel_size", "3, 12", "^network.blocks.0.kernel_size must be"),
        ("network.blocks.1.kernel_size", "3, 9", "^With '9': block2_conv: the 9x9 kernel does not"),
        ("recipe.patience", "1, 2", "^With '1': recipe.validation must be 'split' or 'test' when"),
        ("recipe.nope", "1, 2", "^recipe.nope: there is no field 'nope'"),
        ("recipe", "{}, {}", "A sweep needs a single field"),
        (RATE, "", "A sweep takes 2 to 12 different values, .* Received: 0 values"),
        (RATE, "0.1", "Received: 1 value$"),
        (RATE, "0.1, 0.10", "Received: 1 value$"),
        ("recipe.seed", ",".join(map(str, range(13))), "Received: 13 values"),
    ],
)
def test_a_bad_value_is_named_in_a_sentence(path, text, sentence):
    network = Network(blocks=[ConvBlock(pool_size=4), ConvBlock()])
    base = Experiment(network, Recipe(validation="none"))
    with pytest.raises(ValueError, match=sentence) as error:
        grid.experiments(base, path, text)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", PRESETS)
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
    unvalidated = QUICK.with_values({"recipe.validation": "none"})
    assert "recipe.patience" in grid.sweepable_paths(QUICK)
    assert "recipe.patience" not in grid.sweepable_paths(unvalidated)
