"""The weights that a run leaves in its folder while it trains."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_runs import small_experiment

from mnist_core.network import summary
from mnist_core.network.inference import InferenceNetwork
from mnist_core.runs import live_weights
from mnist_core.runs import store as run_store
from mnist_core.runs.live_weights import LiveWeightsWriter

X = np.random.default_rng(3).random((2, 28, 28, 1)).astype(np.float32)


class Clock:
    """A clock that goes on by itself, each time it is looked at."""

    def __init__(self, each=0.0):
        self.now, self.each = 100.0, each

    def __call__(self) -> float:
        self.now += self.each
        return self.now


class Weight:
    """As Keras has them."""

    def __init__(self, name, array):
        self.name, self.array = name, array

    def numpy(self):
        return self.array


@pytest.fixture
def run(home):
    return run_store.create(small_experiment(), "watched")


def random_weights(run):
    rng = np.random.default_rng(1)
    shapes = summary.weight_shapes(run.experiment().network)
    return {name: rng.normal(0, 0.1, shape).astype(np.float32) for name, shape in shapes.items()}


def model_of(weights):
    """What stands for the Keras model with these weights."""
    names = summary.by_layer(weights)
    return SimpleNamespace(
        layers=[
            SimpleNamespace(
                name=layer,
                weights=[Weight(name.rpartition(".")[2], weights[name]) for name in names[layer]],
            )
            for layer in names
        ]
    )


def path_of(run):
    return run.folder / live_weights.NAME


def test_the_network_that_is_read_computes_with_the_weights_of_that_step(run):
    weights = random_weights(run)
    with LiveWeightsWriter(run) as writer:
        writer.offer(model_of(weights), step=321)
        network, step = live_weights.read(run)
    assert step == 321
    expected = InferenceNetwork(run.experiment().network, weights).output(X)
    assert np.array_equal(network.output(X), expected)


def test_the_weights_of_a_moment_are_gone_when_the_training_has_ended(run):
    with LiveWeightsWriter(run) as writer:
        writer.offer(model_of(random_weights(run)), step=1)
        assert path_of(run).exists()
    assert not path_of(run).exists()
    assert live_weights.read(run) is None


@pytest.mark.parametrize("damage", [lambda data: data[:-50], lambda data: b"", lambda data: b"x"])
def test_a_file_that_is_not_whole_is_none(run, damage):
    live_weights.write(path_of(run), random_weights(run), 1)
    path_of(run).write_bytes(damage(path_of(run).read_bytes()))
    assert live_weights.read(run) is None


def test_weights_of_another_network_are_none(run):
    live_weights.write(path_of(run), {"dense.kernel": np.zeros((3, 3), np.float32)}, 1)
    assert live_weights.read(run) is None


@pytest.mark.parametrize(("seconds", "wait"), [(0.001, 1.0), (0.05, 5.0)], ids=["fast", "slow"])
def test_weights_are_written_about_once_a_second_and_for_at_most_1_percent_of_the_time(
    run, seconds, wait
):
    clock, model = Clock(seconds), model_of(random_weights(run))
    with LiveWeightsWriter(run, clock) as writer:
        writer.offer(model, step=1)
        clock.now += wait - 0.2
        writer.offer(model, step=2)
        assert live_weights.read(run)[1] == 1
        clock.now += 0.4
        writer.offer(model, step=3)
        assert live_weights.read(run)[1] == 3


def test_a_full_disk_does_not_end_a_training(run, monkeypatch):
    def refuse(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(live_weights, "write", refuse)
    with LiveWeightsWriter(run) as writer:
        writer.offer(model_of(random_weights(run)), step=1)
    assert live_weights.read(run) is None
