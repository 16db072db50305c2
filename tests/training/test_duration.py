"""The estimate of a training's time, before it starts."""

import pytest

from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)
from mnist_core.network import summary
from mnist_core.presets import PRESETS
from mnist_core.training import duration

ONCE = duration.epoch_seconds(Experiment())


def recipe(**fields):
    return Experiment(recipe=Recipe(**fields))


def network(**fields):
    return Experiment(network=Network(**fields))


def test_multiplications_of_lenet_agree_with_a_count_by_hand():
    first = 28 * 28 * 20 * (5 * 5 * 1)  # same padding: 28x28
    second = 10 * 10 * 50 * (5 * 5 * 20)  # 14x14 after pooling, 10x10 after 5x5
    dense = 5 * 5 * 50 * 500 + 500 * 10
    assert summary.multiply_adds(PRESETS["lenet"].network) == first + second + dense


def test_a_network_without_convolutions_multiplies_once_a_weight():
    dense_only = Network(blocks=(), dense=(DenseLayer(units=30),))
    assert summary.multiply_adds(dense_only) == 784 * 30 + 30 * 10


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (recipe(epochs=2), recipe(epochs=3)),
        (recipe(train_images=1000), recipe(train_images=2000)),
        (recipe(batch_size=256), recipe(batch_size=32)),
        (recipe(validation="none"), recipe(validation="test")),
        (network(blocks=(ConvBlock(filters=8),)), network(blocks=(ConvBlock(filters=9),))),
        (network(dense=()), network(dense=(DenseLayer(),))),
        (recipe(), recipe(augmentation=Augmentation(shift=1.0))),
    ],
    ids=["epochs", "images", "smaller batches", "validation", "filters", "a layer", "augmentation"],
)
def test_more_work_takes_longer(less, more):
    assert duration.run_seconds(less) < duration.run_seconds(more)


@pytest.mark.parametrize("name", PRESETS)
def test_epochs_add_up(name):
    plain = {"recipe.validation": "none", "recipe.patience": "0"}
    plain |= {"recipe.restore_best_weights": "false"}
    one, two, three = (
        PRESETS[name].with_values(plain | {"recipe.epochs": epochs}) for epochs in "123"
    )
    epoch = duration.epoch_seconds(one)
    assert duration.run_seconds(two) - duration.run_seconds(one) == pytest.approx(epoch)
    assert duration.run_seconds(three) - duration.run_seconds(two) == pytest.approx(epoch)


def test_a_machine_of_half_the_speed_needs_twice_the_time_for_an_epoch():
    slowdown = duration.measured_slowdown([(Experiment(), 2 * ONCE)], Experiment())
    assert slowdown == pytest.approx(2)
    assert duration.epoch_seconds(Experiment(), slowdown) == pytest.approx(2 * ONCE)


@pytest.mark.parametrize(
    ("factors", "slowdown"),
    [
        ([], 1),
        ([3, 100, 3, 3, 0.01], 3),
        ([1] * duration.RECENT_RUNS + [50] * 20, 1),
    ],
    ids=["no run is the machine it was fitted on", "one odd run", "only the newest runs"],
)
def test_the_slowdown_is_the_median_of_the_newest_runs(factors, slowdown):
    past = [(Experiment(), factor * ONCE) for factor in factors]
    assert duration.measured_slowdown(past, Experiment()) == pytest.approx(slowdown)


def test_a_run_of_the_same_network_and_precision_tells_most():
    other = Experiment(PRESETS["lenet"].network)
    in_16_bits = recipe(precision="bfloat16")
    past = [
        (other, 5 * duration.epoch_seconds(other)),
        (in_16_bits, 3 * duration.epoch_seconds(in_16_bits)),
        (Experiment(), 2 * ONCE),
    ]
    assert duration.measured_slowdown(past, Experiment()) == pytest.approx(2)
    assert duration.measured_slowdown(past, in_16_bits) == pytest.approx(3)
    assert duration.measured_slowdown(past[:2], Experiment()) == pytest.approx(5)
    assert duration.measured_slowdown(past[1:2], Experiment()) == pytest.approx(3)


# Processor seconds of one thread for an image in float32, in microseconds, on an AMD EPYC
MEASURED = {"tiny": 118, "quick": 80, "lenet": 352}


@pytest.mark.parametrize("name", MEASURED)
def test_the_estimate_is_within_half_as_much_again_of_what_was_measured(name):
    plain = Experiment(PRESETS[name].network, Recipe(validation="none"))
    estimated = 2 * duration.epoch_seconds(plain) / 60_000 * 1e6  # for one of two cores
    assert 1 / 1.5 < estimated / MEASURED[name] < 1.5


def test_validation_by_a_held_back_part_trains_on_fewer_images():
    split = recipe(validation="split", validation_fraction=0.5, batch_size=100)
    whole = recipe(validation="none", batch_size=100)
    assert duration.epoch_seconds(split) == pytest.approx(duration.epoch_seconds(whole) / 2)
