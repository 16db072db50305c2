"""How the reader is trained, on few images: what an epoch shows, labels, averaged weights."""

import dataclasses

import numpy as np
import pytest

from mnist_core.config.schema import Augmentation, ConvBlock, DenseLayer, Network
from mnist_core.data.types import Digits
from mnist_core.evaluation.metrics import evaluate
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier
from mnist_core.pretrained import training
from mnist_core.pretrained.recipe import RECIPE, ReaderRecipe
from mnist_core.pretrained.training import RenderedDrawings
from mnist_core.strokes.files import Drawing
from mnist_core.training import optimizers, train_step
from mnist_core.training.step_runner import Batches, StepRunner
from mnist_core.training.train_step import NON_DIGIT

SMALL = Network(
    blocks=(ConvBlock(filters=6, batch_normalization=True, pool_size=4),),
    dense=(DenseLayer(units=32),),
)
PLAIN = Network(blocks=(), dense=(DenseLayer(units=8),))
SMALL_RECIPE = dataclasses.replace(
    RECIPE,
    learning_rate=0.01,
    batch_size=32,
    epochs=3,
    augmentation=Augmentation(shift=1.0, elastic=0.5),
)
ONE_EPOCH = dataclasses.replace(SMALL_RECIPE, epochs=1)
READER_RECIPE = ReaderRecipe(
    renderings=2, renderings_per_epoch=2, non_digits=60, non_digits_per_epoch=40, swa_epochs=2,
    swa_learning_rate=0.001, swa_warmup_epochs=1,
)  # fmt: skip
WRONG = 11  # the drawing with another label than its own


def digits(count, seed=0):
    """Ten kinds of image that a small network can tell apart: bright rows at the label's place."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4 : 2 * label + 6] = 250
    return Digits(images, labels)


def drawings(count=64, renderings=2):
    """Drawings, all with their own label but one."""
    images, labels = digits(count, seed=5)
    labels[WRONG] = (labels[WRONG] + 5) % 10
    return RenderedDrawings(np.stack([images] * renderings), labels)


def non_digits(count=60):
    """Bright columns: no row stands out."""
    images = np.random.default_rng(9).integers(0, 60, (count, 28, 28)).astype(np.uint8)
    images[:, :, 10:14] = 250
    return images


def train(count=96, drawn=16, recipe=ONE_EPOCH, reader_recipe=READER_RECIPE, **options):
    """(model, which drawings were excluded, the row of each epoch)"""
    rows = []
    model, excluded = training.train(
        digits(count), drawings(drawn), non_digits(), recipe, reader_recipe, SMALL,
        on_epoch=rows.append, **options,
    )  # fmt: skip
    return model, excluded, rows


@pytest.fixture(scope="module")
def trained():
    return train(512, 64, SMALL_RECIPE)


@pytest.mark.slow
def test_it_learns_digits_it_has_not_seen_and_is_less_sure_of_non_digits(trained):
    classifier, unseen = classifier_of(trained[0], SMALL), digits(200, seed=1)
    assert evaluate(classifier, unseen).accuracy > 0.9
    sure = classifier.probabilities(unseen.images).max(axis=1)
    unsure = classifier.probabilities(non_digits()).max(axis=1)
    assert np.median(unsure) < 0.5 < np.median(sure)


@pytest.mark.slow
def test_each_epoch_has_a_row_and_the_rate_falls_by_cosine_then_stays_while_weights_are_averaged(
    trained,
):
    *_, rows = trained
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5]
    assert rows[0]["step"] == -(-(512 + 2 * 64 + 40) // 32)
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["accuracy"] > rows[0]["accuracy"]
    assert rows[2]["learning_rate"] < 0.1 * SMALL_RECIPE.learning_rate
    rates = [row["learning_rate"] for row in rows[3:]]
    assert rates == [READER_RECIPE.swa_learning_rate] * 2


@pytest.mark.slow
def test_only_a_drawing_with_a_wrong_label_is_excluded(trained):
    assert np.flatnonzero(trained[1]).tolist() == [WRONG]


@pytest.mark.slow
def test_one_seed_gives_the_same_weights_twice():
    one, again = (train()[0].get_weights() for _ in range(2))
    for a, b in zip(one, again, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_sixteen_bits_train_nearly_the_same():
    recipe = dataclasses.replace(ONE_EPOCH, augmentation=Augmentation())
    reader_recipe = dataclasses.replace(READER_RECIPE, swa_epochs=0)
    exact, rounded = (
        train(recipe=dataclasses.replace(recipe, precision=precision), reader_recipe=reader_recipe)[
            2
        ][0]["loss"]
        for precision in ("float32", "bfloat16")
    )
    assert rounded == pytest.approx(exact, rel=0.05) and rounded != exact


def epoch_examples(epoch=0, included=None, shown=None, **changes):
    return training.epoch_examples(
        digits(50),
        drawings(renderings=3) if shown is None else shown,
        non_digits(),
        np.ones(64, bool) if included is None else included,
        dataclasses.replace(READER_RECIPE, **changes),
        epoch,
        np.random.default_rng(0),
    )


def test_the_averaged_weights_are_the_mean_of_those_after_the_warmup():
    """Of weights that only count up, by what each step is told to keep of the average."""
    weights, average = [], 0.0
    for epoch in range(1 + READER_RECIPE.swa_epochs):
        rng = np.random.default_rng(epoch)
        batches = training.epoch_batches(
            epoch_examples(epoch), ONE_EPOCH, READER_RECIPE, epoch, rng
        )
        for number, keep in enumerate(batches.keep, start=batches.first):
            weights.append(float(number))
            average += (1 - keep) * (number - average)
    assert average == pytest.approx(np.mean(weights[-len(weights) // 3 :]))  # the last of three


def test_an_epochs_batches_hold_every_example_once_and_are_of_about_the_same_size():
    examples = epoch_examples()
    batches = training.epoch_batches(
        examples, ONE_EPOCH, READER_RECIPE, 0, np.random.default_rng(0)
    )
    assert sorted(batches.order) == list(range(len(examples.labels)))
    sizes = np.diff(batches.ends, prepend=0)
    assert batches.ends[-1] == len(examples.labels)
    assert 0 <= sizes.max() - sizes.min() <= 1 and sizes.max() <= ONE_EPOCH.batch_size


def classifier_of(model, network=PLAIN):
    return Classifier(keras_model.to_inference(network, model))


def trained_once(images, labels, keep=0.5):
    """(model and average before, model and average after, (loss, accuracy)) of one step."""
    recipe = dataclasses.replace(SMALL_RECIPE, augmentation=Augmentation())
    model, average, *before = (keras_model.build(PLAIN, seed=1) for _ in range(4))
    optimizers.compile_model(model, recipe)
    steps = train_step.compile_train_steps(model, PLAIN, recipe, average)
    batch = Batches(np.arange(len(labels)), [len(labels)], [0.01], 0, keep=[keep])
    ((figures,),) = StepRunner(steps, images, labels).run(batch)
    return before, (model, average), figures


def test_a_non_digit_is_to_get_every_digit_with_the_same_probability():
    images = np.concatenate([digits(4).images, non_digits(6)])
    labels = np.concatenate([digits(4).labels, np.full(6, NON_DIGIT)]).astype(np.int32)
    (model, _), _, result = trained_once(images, labels)
    logs = np.log(classifier_of(model).probabilities(images).astype(float))
    targets = np.concatenate([np.eye(10)[digits(4).labels], np.full((6, 10), 0.1)])
    accuracy = (logs[:4].argmax(axis=1) == labels[:4]).mean()  # of the digits alone
    assert result == pytest.approx([-(targets * logs).sum(axis=1).mean(), accuracy], abs=1e-4)


def test_the_averaged_weights_follow_those_that_learn():
    few = digits(8)
    (_, before), (model, average), _ = trained_once(few.images, few.labels, keep=0.1)
    learned = zip(before.get_weights(), average.get_weights(), model.get_weights(), strict=True)
    for old, mean, new in learned:
        np.testing.assert_allclose(mean, old + 0.9 * (new - old), atol=1e-6)
    assert np.abs(before.get_weights()[0] - model.get_weights()[0]).max() > 1e-4


def test_an_epoch_shows_all_of_mnist_renderings_of_the_drawings_and_some_non_digits():
    images, labels, strength, unaugmented = epoch_examples()
    count = 50 + 2 * 64 + 40
    assert [len(a) for a in (images, labels, strength, unaugmented)] == [count] * 4
    np.testing.assert_array_equal(images[:50], digits(50).images)
    of_drawings = drawings().labels
    np.testing.assert_array_equal(labels[:178], [*digits(50).labels, *of_drawings, *of_drawings])
    assert (labels[178:] == NON_DIGIT).all()
    assert set(strength[50:178]) == {np.float32(READER_RECIPE.drawing_strength)}
    assert set(unaugmented[50:178]) == {READER_RECIPE.unaugmented_drawings}


def test_the_epochs_show_one_rendering_after_the_other():
    numbered = drawings(renderings=3)
    numbered.images[:] = np.arange(3)[:, None, None, None]
    shown = [epoch_examples(epoch, shown=numbered).images[[50, 114], 0, 0] for epoch in range(3)]
    assert np.array_equal(shown, [[0, 1], [2, 0], [1, 2]])


def test_an_excluded_drawing_is_not_shown():
    wrong = drawings().images[0, WRONG]
    for included, times in ((np.arange(64) != WRONG, 0), (None, 2)):
        shown = epoch_examples(included=included)
        assert len(shown.labels) == 50 + 2 * (64 if included is None else 63) + 40
        assert (shown.images == wrong).all(axis=(1, 2)).sum() == times


def test_an_epoch_shows_each_non_digit_once_at_most():
    shown = epoch_examples(non_digits_per_epoch=1000).images[178:]
    assert len({image.tobytes() for image in shown}) == len(shown) == 60


def test_rendering_keeps_drawings_and_labels_together():
    circle = np.linspace(0, 2 * np.pi, 30)
    zero = Drawing(0, "me", [np.stack([40 * np.cos(circle), 60 * np.sin(circle)], axis=1)])
    one = Drawing(1, "me", [np.array([[0.0, 0], [1, 30], [0, 60]])])
    rendered, none = training.render([zero, one, zero], non_digits=5, renderings=2, seed=0)
    assert rendered.images.shape == (2, 3, 28, 28) and none.shape == (5, 28, 28)
    assert rendered.labels.tolist() == [0, 1, 0]
    middle = rendered.images[:, :, 12:16, 12:16].mean(axis=(2, 3))
    assert (middle[:, 1] > middle[:, [0, 2]].max(axis=1) + 50).all()  # a zero's middle is empty
