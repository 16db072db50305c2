"""How the reader learns, on few images: what is mixed, what is questioned."""

import dataclasses

import numpy as np
import pytest

from mnist_core.config.schema import Augmentation, ConvBlock, DenseLayer, Network
from mnist_core.data.types import Digits
from mnist_core.evaluation.metrics import evaluate
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier
from mnist_core.pretrained import training as reader
from mnist_core.pretrained.training import NON_DIGIT, Mixture, RenderedDrawings
from mnist_core.strokes.files import Drawing

SMALL = Network(
    blocks=(ConvBlock(filters=6, batch_normalization=True, pool_size=4),),
    dense=(DenseLayer(units=32),),
)
RECIPE = dataclasses.replace(
    reader.RECIPE,
    learning_rate=0.01,
    batch_size=32,
    epochs=3,
    augmentation=Augmentation(shift=1.0, elastic=0.5),
)
MIXTURE = Mixture(
    versions=2, versions_an_epoch=2, doodles=60, doodles_an_epoch=40, wandering=2,
    wandering_rate=0.001, wandering_unaveraged=1,
)  # fmt: skip
WRONG = 11  # the drawing with another label than its own


def digits(count, seed=0):
    """Ten kinds of image that a small network can tell apart: a bright row at the label's place."""
    dice = np.random.default_rng(seed)
    labels = dice.integers(0, 10, count).astype(np.uint8)
    images = dice.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4 : 2 * label + 6] = 250
    return Digits(images, labels)


def pens(count=64, versions=2):
    """Drawings, all labelled well but one."""
    several = [digits(count, seed=5).images for _ in range(versions)]
    labels = digits(count, seed=5).labels.copy()
    labels[WRONG] = (labels[WRONG] + 5) % 10
    return RenderedDrawings(np.stack(several), labels)


def doodles(count=60):
    """Bright columns: no row stands out."""
    dice = np.random.default_rng(9)
    images = dice.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    images[:, :, 10:14] = 250
    return images


@pytest.fixture(scope="module")
def trained():
    """(model, which drawings were left out, figures of each epoch)"""
    figures = []
    note = lambda row, model: figures.append(row)  # noqa: E731
    model, left_out = reader.train(
        digits(512), pens(), doodles(), RECIPE, MIXTURE, SMALL, on_epoch=note
    )
    return model, left_out, figures


@pytest.mark.slow
def test_it_learns_digits_it_has_not_seen(trained):
    assert evaluate(Classifier(trained[0]), digits(200, seed=1)).accuracy > 0.9


@pytest.mark.slow
def test_each_epoch_is_told_with_its_figures(trained):
    *_, figures = trained
    steps = -(-(512 + 2 * 64 + 40) // 32)
    assert [row["epoch"] for row in figures] == [1, 2, 3, 4, 5]
    assert figures[0]["step"] == steps
    assert figures[-1]["loss"] < figures[0]["loss"]
    assert figures[-1]["accuracy"] > figures[0]["accuracy"]


@pytest.mark.slow
def test_the_rate_comes_down_along_the_cosine_and_then_stays_where_the_weights_wander(trained):
    *_, figures = trained
    assert figures[2]["learning_rate"] < 0.1 * RECIPE.learning_rate
    assert [row["learning_rate"] for row in figures[3:]] == [MIXTURE.wandering_rate] * 2


def test_the_weights_it_ends_with_are_the_mean_of_all_that_wandered():
    """Of a step that only counts up, told how much of the average to keep."""
    kept, weights, average = [], 0.0, 0.0

    def step(images, labels, strength, rate, number, keep):
        nonlocal weights, average
        weights = float(number)
        average += (1 - keep) * (weights - average)
        kept.append(weights)
        return np.zeros(2)

    recipe = dataclasses.replace(RECIPE, epochs=1)
    for epoch in range(1 + MIXTURE.wandering):
        dice = np.random.default_rng(epoch)
        every = np.ones(64, bool)
        shown = reader._epoch_examples(digits(96), pens(), doodles(), every, MIXTURE, epoch, dice)
        reader._train_epoch(step, shown, recipe, MIXTURE, epoch, dice)
    averaged = kept[-len(kept) // 3 :]  # the last of three epochs
    assert average == pytest.approx(np.mean(averaged))


@pytest.mark.slow
def test_a_drawing_with_a_wrong_label_is_left_out_and_told(trained):
    assert trained[1].tolist() == [number == WRONG for number in range(64)]


@pytest.mark.slow
def test_what_is_no_digit_leaves_it_less_sure_than_digits(trained):
    classifier = Classifier(trained[0])
    sure = classifier.probabilities(digits(60, seed=1).images).max(axis=1)
    unsure = classifier.probabilities(doodles()).max(axis=1)
    assert np.median(unsure) < 0.5 < np.median(sure)


@pytest.mark.slow
def test_one_seed_gives_the_same_weights_twice():
    recipe = dataclasses.replace(RECIPE, epochs=1)
    one, again = (
        reader.train(digits(96), pens(16), doodles(), recipe, MIXTURE, SMALL)[0] for _ in range(2)
    )
    for a, b in zip(one.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_sixteen_bits_train_nearly_the_same():
    recipe = dataclasses.replace(RECIPE, epochs=1, augmentation=Augmentation())
    mixture = dataclasses.replace(MIXTURE, wandering=0)
    losses = []
    for dtype in ("float32", "bfloat16"):
        note = lambda row, model: losses.append(row["loss"])  # noqa: E731
        reader.train(
            digits(96), pens(16), doodles(), recipe, mixture, SMALL, dtype=dtype, on_epoch=note
        )
    assert losses[1] == pytest.approx(losses[0], rel=0.05)
    assert losses[1] != losses[0]


PLAIN = Network(blocks=(), dense=(DenseLayer(units=8),))


def step_of(net):
    recipe = dataclasses.replace(RECIPE, augmentation=Augmentation())
    model, average = keras_model.build(net, seed=1), keras_model.build(net, seed=1)
    return model, average, reader._compile(model, average, net, recipe, "float32")


def test_a_doodle_is_to_get_every_digit_with_the_same_probability():
    model, _, step = step_of(PLAIN)
    images = np.concatenate([digits(4).images, doodles(6)])
    labels = np.concatenate([digits(4).labels, np.full(6, NON_DIGIT)]).astype(np.int32)
    logs = np.log(Classifier(model).probabilities(images).astype(float))
    wanted = np.concatenate([np.eye(10)[digits(4).labels], np.full((6, 10), 0.1)])
    right = (logs[:4].argmax(axis=1) == labels[:4]).mean()  # doodles have no right answer
    found = step(images, labels, np.ones(10, np.float32), 0.01, 0, 0.5)
    assert found == pytest.approx([-(wanted * logs).sum(axis=1).mean(), right], abs=1e-4)


def test_the_averaged_weights_follow_those_that_learn():
    model, average, step = step_of(PLAIN)
    before = average.get_weights()
    few = digits(8)
    step(few.images, few.labels.astype(np.int32), np.ones(8, np.float32), 0.01, 0, 0.1)
    moved = zip(before, average.get_weights(), model.get_weights(), strict=True)
    for was, mean, now in moved:
        np.testing.assert_allclose(mean, was + 0.9 * (now - was), atol=1e-6)
    assert np.abs(before[0] - model.get_weights()[0]).max() > 1e-4


def epoch_of(number=0, kept=None, **changes):
    mixture = dataclasses.replace(MIXTURE, **changes)
    kept = np.ones(64, bool) if kept is None else kept
    dice = np.random.default_rng(0)
    return reader._epoch_examples(
        digits(50), pens(versions=3), doodles(), kept, mixture, number, dice
    )


def test_an_epoch_shows_all_of_mnist_the_drawings_versions_and_some_doodles():
    images, labels, strength, untouched = epoch_of()
    count = 50 + 2 * 64 + 40
    assert [len(a) for a in (images, labels, strength, untouched)] == [count] * 4
    np.testing.assert_array_equal(images[:50], digits(50).images)
    assert (labels[:50] == digits(50).labels).all()
    assert (labels[50:114] == pens().labels).all() and (labels[114:178] == pens().labels).all()
    assert (labels[178:] == NON_DIGIT).all() and (labels[:178] != NON_DIGIT).all()
    assert set(strength[50:178]) == {np.float32(MIXTURE.pen_strength)}
    assert set(untouched[50:178]) == {MIXTURE.untouched_drawings}


def test_the_epochs_show_one_version_after_the_other():
    several = pens(versions=3)._replace(images=np.zeros((3, 64, 28, 28), np.uint8))
    several.images[:] = np.arange(3)[:, None, None, None]
    shown = []
    for number in range(3):
        dice, kept = np.random.default_rng(0), np.ones(64, bool)
        found = reader._epoch_examples(digits(5), several, doodles(), kept, MIXTURE, number, dice)[
            0
        ]
        shown.append(found[[5, 69], 0, 0].tolist())
    assert shown == [[0, 1], [2, 0], [1, 2]]


def test_a_drawing_that_is_left_out_is_not_shown():
    kept = np.arange(64) != WRONG
    images, labels, *_ = epoch_of(kept=kept)
    assert len(labels) == 50 + 2 * 63 + 40
    left_out = pens().images[0, WRONG]
    assert not (images == left_out).all(axis=(1, 2)).any()
    assert (epoch_of()[0] == left_out).all(axis=(1, 2)).sum() == 2


def test_an_epoch_shows_each_doodle_once_at_most():
    shown = epoch_of(doodles_an_epoch=1000)[0][178:]
    assert len({image.tobytes() for image in shown}) == len(shown) == 60


def test_rendering_keeps_drawings_and_labels_together():
    circle = np.linspace(0, 2 * np.pi, 30)
    zero = Drawing(0, "me", [np.stack([40 * np.cos(circle), 60 * np.sin(circle)], axis=1)])
    one = Drawing(1, "me", [np.array([[0.0, 0], [1, 30], [0, 60]])])
    found, none = reader.render([zero, one, zero], doodles=5, versions=2, seed=0)
    assert found.images.shape == (2, 3, 28, 28) and none.shape == (5, 28, 28)
    assert found.labels.tolist() == [0, 1, 0]
    middle = found.images[:, :, 12:16, 12:16].mean(axis=(2, 3))
    assert (middle[:, 1] > middle[:, [0, 2]].max(axis=1) + 50).all()  # a zero's middle is empty
