"""Steps of training: how many a call does, what a step does, and that both give one result."""

import keras
import numpy as np
import pytest
from kept_models import random_x

from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe
from mnist_core.network import keras_model
from mnist_core.training import loop, optimizers, train_step
from mnist_core.training.step_runner import Batches, StepRunner

NETWORK = Network(
    blocks=(ConvBlock(filters=4, batch_normalization=True, dropout_rate=0.2),),
    dense=(DenseLayer(8, dropout_rate=0.2),),
)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (96, 28, 28), np.uint8)
LABELS = RNG.integers(0, 10, 96, np.uint8)
BATCHES = Batches(RNG.permutation(96), [32, 64, 80, 96], [0.01] * 4, first=5)


class SlowSteps:
    """Steps that only take time, by a clock of their own: seconds a step, and to compile."""

    def __init__(self, seconds):
        self.seconds, self.now, self.calls = seconds, 0.0, []

    def __call__(self, images, labels, order, starts, ends, *others):
        compiling = 0 if self.calls else 3.0
        self.now += self.seconds * len(ends) + compiling
        self.calls.append(len(ends))
        return np.zeros((len(ends), 2), np.float32)

    def run(self, steps=1000):
        batches = Batches(np.arange(steps), np.arange(1, steps + 1), [0.1] * steps, 0)
        done = StepRunner(self, IMAGES, LABELS, lambda: self.now).run(batches)
        assert sum(len(figures) for figures in done) == sum(self.calls) == steps


@pytest.mark.parametrize("seconds", [1e-5, 0.001, 0.01, 0.04, 0.11])
def test_no_call_takes_so_long_that_stop_waits_a_quarter_of_a_second(seconds):
    steps = SlowSteps(seconds)
    steps.run()
    assert max(steps.calls) * seconds < 0.25


def test_short_steps_share_a_call():
    steps = SlowSteps(0.001)
    steps.run()
    assert steps.calls[0] == 1  # it compiles, and nobody knows how long a step takes
    assert len(steps.calls) < 1000 / 16


def test_steps_that_turn_slow_share_fewer_calls():
    steps = SlowSteps(0.001)
    runner = StepRunner(steps, IMAGES, LABELS, lambda: steps.now)
    batches = Batches(np.arange(500), np.arange(1, 501), [0.1] * 500, 0)
    list(runner.run(batches))
    steps.seconds = 0.2
    list(runner.run(batches))
    assert steps.calls[-5:] == [1] * 5


def weights_after(recipe, together):
    """(weights, figures of each step) of four steps, so many in a call."""
    model = loop.compile_model(Experiment(NETWORK, recipe))
    steps = train_step.compile_train_steps(model, NETWORK, recipe)
    runner = StepRunner(steps, IMAGES, LABELS, lambda: 0.0)
    runner.count = together
    figures = np.concatenate(list(runner.run(BATCHES)))
    return model.get_weights(), figures


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_how_many_steps_a_call_does_makes_no_difference(precision):
    recipe = Recipe(seed=3, precision=precision)
    (weights, figures), (same, those) = (weights_after(recipe, together=n) for n in (1, 3))
    np.testing.assert_array_equal(figures, those)
    for one, other in zip(weights, same, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(set(figures[:, 0].tolist())) == 4  # each step has its own loss


@pytest.mark.parametrize("optimizer", optimizers.ARGUMENTS)
@pytest.mark.parametrize("momentum", [0.9, 0.0])
def test_an_update_in_one_operation_is_keras_own(optimizer, momentum):
    recipe = Recipe(optimizer=optimizer, momentum=momentum, learning_rate=0.01)
    rng = np.random.default_rng(1)
    start = rng.normal(size=(3, 50)).astype(np.float32)
    ours, theirs = (keras.Variable(start) for _ in range(2))
    by_us, by_keras = (optimizers.make_optimizer(recipe) for _ in range(2))
    by_us.build([ours])
    by_keras.build([theirs])
    for _ in range(5):
        gradient = keras.ops.convert_to_tensor(rng.normal(size=(3, 50)).astype(np.float32))
        optimizers.apply_gradients(by_us, [gradient], [ours])
        by_keras.apply_gradients([(gradient, theirs)])
    for one, other in zip([ours, *by_us.variables], [theirs, *by_keras.variables], strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-6)
    assert np.abs(ours.numpy() - start).max() > 1e-4


def test_evaluation_gives_the_loss_and_accuracy_of_the_keras_model():
    model = keras_model.build(NETWORK, seed=1)
    x = random_x(40)
    images = np.round(x[..., 0] * 255).astype(np.uint8)
    loss, accuracy = train_step.compile_evaluation(model, NETWORK)(
        loop.types.Digits(images, LABELS[:40])
    )
    p = model(images[..., None] / np.float32(255)).numpy()
    right = p[np.arange(40), LABELS[:40]]
    assert loss == pytest.approx(-np.log(right).mean(), rel=1e-4)
    assert accuracy == (p.argmax(axis=1) == LABELS[:40]).mean()
