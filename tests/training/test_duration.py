"""The estimate of a training's time, before it starts."""

import dataclasses

import pytest

from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network
from mnist_core.network import summary
from mnist_core.presets import PRESETS
from mnist_core.training import duration


def changed(**recipe):
    experiment = Experiment()
    return dataclasses.replace(experiment, recipe=dataclasses.replace(experiment.recipe, **recipe))


def with_network(**fields):
    return dataclasses.replace(Experiment(), network=Network(**fields))


def convolution(side, kernel, before, filters):
    """Multiplications of a convolution, counted one output value after the other."""
    return sum(kernel * kernel * before for _ in range(side * side * filters))


def test_multiplications_of_lenet_agree_with_a_count_by_hand():
    first = convolution(28, 5, 1, 20)  # same padding: 28x28
    second = convolution(10, 5, 20, 50)  # 14x14 after pooling, 10x10 after 5x5
    dense = 5 * 5 * 50 * 500 + 500 * 10
    assert summary.multiply_adds(PRESETS["lenet"].network) == first + second + dense


def test_a_network_without_convolutions_multiplies_once_a_weight():
    network = Network(blocks=(), dense=(DenseLayer(units=30),))
    assert summary.multiply_adds(network) == 784 * 30 + 30 * 10


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (changed(epochs=2), changed(epochs=3)),
        (changed(train_images=1000), changed(train_images=2000)),
        (changed(batch_size=256), changed(batch_size=32)),
        (changed(validation="none"), changed(validation="test")),
        (
            with_network(blocks=(ConvBlock(filters=8),)),
            with_network(blocks=(ConvBlock(filters=9),)),
        ),
        (with_network(dense=()), with_network(dense=(DenseLayer(),))),
    ],
    ids=["epochs", "images", "smaller batches", "validation", "filters", "a layer"],
)
def test_more_work_takes_longer(less, more):
    assert duration.run_seconds(less) < duration.run_seconds(more)


@pytest.mark.parametrize("name", PRESETS)
def test_epochs_add_up(name):
    recipe = dataclasses.replace(
        PRESETS[name].recipe, validation="none", patience=0, restore_best_weights=False
    )
    one, two, three = (
        dataclasses.replace(PRESETS[name], recipe=dataclasses.replace(recipe, epochs=epochs))
        for epochs in (1, 2, 3)
    )
    epoch = duration.epoch_seconds(one)
    assert duration.run_seconds(two) - duration.run_seconds(one) == pytest.approx(epoch)
    assert duration.run_seconds(three) - duration.run_seconds(two) == pytest.approx(epoch)


def test_a_machine_of_half_the_speed_needs_twice_the_time_for_an_epoch():
    experiment = PRESETS["lenet"]
    once = duration.epoch_seconds(experiment)
    pace = duration.measured_slowdown([(experiment, 2 * once)])
    assert pace == pytest.approx(2)
    assert duration.epoch_seconds(experiment, pace) == pytest.approx(2 * once)


def test_one_odd_run_does_not_set_the_pace():
    experiment = Experiment()
    once = duration.epoch_seconds(experiment)
    past = [(experiment, factor * once) for factor in (3, 100, 3, 3, 0.01)]
    assert duration.measured_slowdown(past) == pytest.approx(3)


def test_only_the_newest_runs_set_the_pace():
    once = duration.epoch_seconds(Experiment())
    new = [(Experiment(), once)] * duration.RECENT_RUNS
    assert duration.measured_slowdown(new + [(Experiment(), 50 * once)] * 20) == pytest.approx(1)


def test_without_past_runs_the_pace_is_that_of_the_machine_it_was_fitted_to():
    assert duration.measured_slowdown([]) == 1


def test_validation_by_a_held_back_part_trains_on_fewer_images():
    split = changed(validation="split", validation_fraction=0.5, batch_size=100)
    whole = changed(validation="none", batch_size=100)
    assert duration.epoch_seconds(split) == pytest.approx(duration.epoch_seconds(whole) / 2)
