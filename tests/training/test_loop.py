"""Training learns, tells the truth about it, and stops when it is told to."""

import itertools
import math

import numpy as np
import pytest

from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)
from mnist_core.data.types import Dataset, Digits
from mnist_core.training import loop, optimizers
from mnist_core.training.augmentation import augment

SMALL = Network(blocks=[ConvBlock(filters=4)], dense=[DenseLayer(units=32)])


def digits(count, seed=0):
    """Ten kinds of image that a small network can tell apart: a bright row at the label's place."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count).astype("uint8")
    images = rng.integers(0, 60, (count, 28, 28)).astype("uint8")
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4 : 2 * label + 6] = 250
    return Digits(images, labels)


@pytest.fixture(scope="module")
def dataset():
    return Dataset("built-in", digits(256), digits(64, seed=1), "checksum", "this test")


def experiment(**recipe):
    chosen = {"batch_size": 32, "epochs": 2, "validation": "none", "learning_rate": 0.01} | recipe
    return Experiment(network=SMALL, recipe=Recipe(**chosen))


def kinds(events, kind):
    return [event for event in events if event["kind"] == kind]


def test_a_small_network_learns_32_digits_by_heart(dataset):
    few = dataset._replace(train=digits(32))
    result = loop.train(experiment(epochs=30), few)
    assert result.outcome == "finished"
    assert result.epochs[-1]["accuracy"] == 1
    assert result.epochs[-1]["loss"] < 0.1


@pytest.mark.slow
def test_one_seed_gives_the_same_weights_twice_in_one_process(dataset):
    augmented = experiment(seed=3, augmentation=Augmentation(shift=2.0), epochs=1)
    first, again = (loop.train(augmented, dataset) for _ in range(2))
    for a, b in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first.test_loss, first.epochs[0]["loss"]) == (again.test_loss, again.epochs[0]["loss"])


@pytest.mark.slow
def test_another_seed_gives_another_run(dataset):
    a, b = (loop.train(experiment(seed=seed, epochs=1), dataset) for seed in (1, 2))
    assert a.epochs[0]["loss"] != b.epochs[0]["loss"]


def test_each_step_tells_its_own_batch_and_an_epoch_the_mean_of_its_steps(dataset):
    events = []
    loop.train(experiment(), dataset, on_event=events.append)
    losses = list(itertools.chain(*(e["loss"] for e in kinds(events, "steps"))))
    assert len(losses) == 2 * 256 // 32
    for epoch, part in zip(kinds(events, "epoch"), np.split(np.array(losses), 2), strict=True):
        assert epoch["loss"] == pytest.approx(part.mean(), abs=1e-4)


def test_a_steps_loss_is_that_of_the_batch_before_the_update(dataset):
    plain = experiment(learning_rate=1e-6, optimizer="SGD", momentum=0.0, batch_size=256, epochs=1)
    events = []
    result = loop.train(plain, dataset, on_event=events.append)
    told = kinds(events, "steps")[0]["loss"][0]
    x = dataset.train.images[..., None] / np.float32(255)  # the whole set is the batch
    p = result.model(x).numpy()[np.arange(256), dataset.train.labels]
    assert told == pytest.approx(-np.log(p).mean(), abs=1e-3)


def test_steps_are_numbered_without_gaps(dataset):
    events = []
    loop.train(experiment(), dataset, on_event=events.append)
    following = 1
    for event in kinds(events, "steps"):
        assert event["first"] == following
        following += len(event["loss"])
    assert following - 1 == kinds(events, "start")[0]["total_steps"]


def test_a_long_run_keeps_at_most_so_many_points_each_a_mean(monkeypatch, dataset):
    monkeypatch.setattr(loop, "MAX_POINTS", 5)
    events = []
    loop.train(experiment(), dataset, on_event=events.append)
    points = kinds(events, "steps")
    assert {event["every"] for event in points} == {4}  # 16 steps in at most 5 points
    assert sum(len(event["loss"]) for event in points) == 4
    assert [event["first"] + 3 for event in points][-1] <= 16


def test_stop_ends_after_the_batch_and_still_takes_the_test(dataset):
    asked = iter([False, False, True])
    events = []
    result = loop.train(
        experiment(), dataset, on_event=events.append, should_stop=lambda: next(asked)
    )
    assert result.outcome == "stopped"
    assert sum(len(event["loss"]) for event in kinds(events, "steps")) == 3
    assert kinds(events, "test")[0]["accuracy"] == result.test_accuracy


def test_a_loss_that_is_no_number_ends_the_run_with_what_to_change(dataset):
    no_bend = Network(blocks=(), dense=[DenseLayer(activation="linear")])
    recipe = experiment(optimizer="SGD", learning_rate=10.0, epochs=20).recipe
    result = loop.train(Experiment(network=no_bend, recipe=recipe), dataset)
    assert result.outcome == "failed"
    assert "Try a learning_rate of 1 in place of 10" in result.sentence
    assert result.test_accuracy is None


def test_weights_are_offered_for_keeping_after_every_epoch(dataset):
    kept = []
    loop.train(experiment(), dataset, on_model=lambda model, epochs: kept.append(len(epochs)))
    assert kept == [1, 2]


def test_validation_on_a_split_leaves_those_images_out_of_training(dataset):
    recipe = Recipe(validation="split", validation_fraction=0.25, seed=5)
    train, validation = loop.split_dataset(dataset, recipe)
    assert (len(train.labels), len(validation.labels)) == (192, 64)
    both = {image.tobytes() for image in (*train.images, *validation.images)}
    assert both == {image.tobytes() for image in dataset.train.images}


@pytest.mark.parametrize(
    ("validation", "held_back", "steps"), [("none", 0, 7), ("test", 0, 7), ("split", 68, 5)]
)
def test_a_recipe_knows_the_images_and_the_steps_of_its_training(
    dataset, validation, held_back, steps
):
    asked = experiment(epochs=1, validation=validation, validation_fraction=0.333, train_images=205)
    train, _ = loop.split_dataset(dataset, asked.recipe)
    assert asked.recipe.split_sizes(256) == (205 - held_back, held_back)
    assert len(train.labels) == 205 - held_back
    assert asked.recipe.steps_per_epoch(256) == steps
    assert loop.train(asked, dataset).epochs[0]["step"] == steps


def test_peeking_validates_on_the_test_set(dataset):
    events = []
    loop.train(experiment(validation="test", epochs=1), dataset, on_event=events.append)
    epoch, test = kinds(events, "epoch")[0], kinds(events, "test")[0]
    assert (epoch["val_loss"], epoch["val_accuracy"]) == (test["loss"], test["accuracy"])


def test_early_stopping_waits_for_its_patience_and_brings_back_the_best_weights(dataset):
    rng = np.random.default_rng(0)
    unlearnable = Digits(dataset.test.images, rng.permutation(dataset.test.labels))
    recipe = {"epochs": 20, "validation": "test", "patience": 2, "restore_best_weights": True}
    result = loop.train(experiment(**recipe), dataset._replace(test=unlearnable))
    losses = [epoch["val_loss"] for epoch in result.epochs]
    assert len(losses) < 20
    assert len(losses) - 1 - int(np.argmin(losses)) == 2
    assert result.test_loss == pytest.approx(min(losses), abs=1e-5)


def test_a_continued_training_counts_on_and_starts_from_the_given_weights(dataset):
    first = loop.train(experiment(epochs=4), dataset)
    events = []
    loop.train(
        experiment(epochs=1),
        dataset,
        on_event=events.append,
        model=first.model,
        resume_from=loop.ResumePoint(epochs=4, steps=32),
    )
    assert kinds(events, "steps")[0]["first"] == 33
    assert kinds(events, "epoch")[0]["epoch"] == 5
    assert kinds(events, "steps")[0]["loss"][0] < first.epochs[0]["loss"] / 2


@pytest.mark.parametrize("optimizer", ["Adam", "AdamW", "SGD", "RMSprop", "Adadelta"])
def test_every_optimizer_makes_the_loss_smaller(dataset, optimizer):
    rate = 1.0 if optimizer == "Adadelta" else 0.01
    result = loop.train(experiment(optimizer=optimizer, learning_rate=rate, epochs=5), dataset)
    assert result.epochs[-1]["loss"] < 0.8 * result.epochs[0]["loss"]


def test_the_cosine_schedule_warms_up_peaks_at_the_rate_and_ends_near_nothing():
    recipe = Recipe(schedule="cosine", warmup=0.1, learning_rate=0.5)
    rates = [optimizers.learning_rate_at(recipe, step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.05)
    assert np.argmax(rates) in (9, 10)
    assert max(rates) == pytest.approx(0.5)
    assert rates[-1] < 0.001
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))


def test_the_cosine_schedule_is_keras_own_after_the_warm_up():
    from keras.optimizers.schedules import CosineDecay

    keras_rate = CosineDecay(0.0, 90, warmup_target=0.5, warmup_steps=10)
    recipe = Recipe(schedule="cosine", warmup=0.1, learning_rate=0.5)
    for step in (10, 30, 77, 99):
        ours = optimizers.learning_rate_at(recipe, step, 100)
        assert ours == pytest.approx(float(keras_rate(step)), abs=1e-6)


def test_the_learning_rate_of_the_recipe_is_the_one_that_is_used(dataset):
    none = experiment(learning_rate=1e-6, optimizer="SGD", momentum=0.0, epochs=1)
    before = loop.compile_model(none).get_weights()
    after = loop.train(none, dataset).model.get_weights()
    assert max(np.abs(a - b).max() for a, b in zip(before, after, strict=True)) < 1e-4


def blob(row, column):
    x = np.zeros((1, 28, 28, 1), "float32")
    x[0, row - 2 : row + 3, column - 2 : column + 3] = 1
    return x


def centre(x):
    mass = x[0, ..., 0]
    rows, columns = np.indices(mass.shape)
    return (rows * mass).sum() / mass.sum(), (columns * mass).sum() / mass.sum()


def test_no_augmentation_changes_nothing():
    x = blob(10, 10)
    np.testing.assert_array_equal(augment(x, Augmentation(), (0, 0)), x)


def test_augmentation_by_shift_moves_no_further_than_asked_and_is_decided_by_its_seed():
    seen = set()
    for number in range(20):
        moved = augment(blob(14, 14), Augmentation(shift=3.0), (0, number)).numpy()
        again = augment(blob(14, 14), Augmentation(shift=3.0), (0, number)).numpy()
        np.testing.assert_array_equal(moved, again)
        row, column = centre(moved)
        assert max(abs(row - 14), abs(column - 14)) <= 3.01
        seen.add((round(row, 1), round(column, 1)))
    assert len(seen) > 15


def test_augmentation_by_rotation_keeps_the_distance_from_the_centre():
    for number in range(10):
        turned = augment(blob(14, 22), Augmentation(rotation=45.0), (1, number)).numpy()
        row, column = centre(turned)
        before = math.hypot(14 - 13.5, 22 - 13.5)
        assert math.hypot(row - 13.5, column - 13.5) == pytest.approx(before, abs=0.1)
        assert abs(math.atan2(row - 13.5, column - 13.5)) <= math.radians(45 + 5)


def test_augmentation_by_scale_changes_the_amount_of_ink_within_bounds():
    x = blob(14, 14)
    inks = [augment(x, Augmentation(scale=0.3), (2, n)).numpy().sum() / x.sum() for n in range(20)]
    assert 0.7**2 - 0.1 <= min(inks) < 0.9
    assert 1.1 < max(inks) <= 1.3**2 + 0.1


def test_augmentation_by_shear_slants_and_leaves_the_rows_where_they_are():
    x = blob(6, 14) + blob(22, 14)
    for number in range(10):
        slanted = augment(x, Augmentation(shear=20.0), (3, number)).numpy()[0, ..., 0]
        rows = np.nonzero(slanted.sum(axis=1))[0]
        assert (rows.min(), rows.max()) == (4, 24)


def ruled():
    """A vertical line, which only bending can make anything else but straight."""
    x = np.zeros((1, 28, 28, 1), "float32")
    x[0, :, 13:15] = 1
    return x


def columns(x):
    """Where the ink of each row is: (16,)."""
    mass = np.asarray(x)[0, 6:22, :, 0]
    return (mass * np.arange(28)).sum(axis=1) / mass.sum(axis=1)


def straight(x):
    """How far the ink is from the straight line through it, in pixels."""
    rows, found = np.arange(16), columns(x)
    return np.abs(found - np.polyval(np.polyfit(rows, found, 1), rows)).max()


def test_augmentation_by_bending_bends_straight_lines_and_is_decided_by_its_seed():
    bends = []
    for number in range(10):
        bent = augment(ruled(), Augmentation(elastic=1.0), (4, number)).numpy()
        again = augment(ruled(), Augmentation(elastic=1.0), (4, number)).numpy()
        np.testing.assert_array_equal(bent, again)
        bends.append(straight(bent))
    assert min(bends) > 0.15 and np.mean(bends) > 0.3
    slanted = augment(ruled(), Augmentation(shear=20.0, rotation=20.0), (4, 0))
    assert straight(slanted) < 0.15


def test_augmentation_by_bending_moves_by_about_what_is_asked():
    many = np.repeat(blob(14, 14), 200, axis=0)
    spread = []
    for asked in (0.5, 1.5):
        bent = augment(many, Augmentation(elastic=asked), (5, 0)).numpy()
        moved = np.array([centre(image[None]) for image in bent]) - 14
        assert abs(moved.mean()) < 0.2 * asked
        spread.append(moved.std() / asked)
    assert min(spread) > 0.5 and max(spread) < 1.2


ALL_KINDS = Augmentation(shift=3.0, rotation=20.0, scale=0.3, shear=15.0, elastic=1.5)


@pytest.mark.parametrize(
    "augmentation", [ALL_KINDS, Augmentation(shift=3.0, rotation=20.0)], ids=["all", "affine"]
)
def test_an_augmentation_of_no_strength_changes_nothing(augmentation):
    x = np.random.default_rng(0).random((5, 28, 28, 1), np.float32)
    np.testing.assert_allclose(augment(x, augmentation, (0, 0), 0.0), x, atol=1e-5)


def test_each_image_can_be_augmented_with_a_strength_of_its_own():
    x = np.repeat(blob(14, 14), 3, axis=0)
    strength = np.float32([1.0, 0.0, 0.5])
    ours = augment(x, ALL_KINDS, (0, 0), strength).numpy()
    for i, one in enumerate(strength):
        every = augment(x, ALL_KINDS, (0, 0), one).numpy()
        np.testing.assert_allclose(ours[i], every[i], atol=1e-5)
    assert [np.abs(a - b).max() > 0.1 for a, b in zip(ours, x, strict=True)] == [True, False, True]


def test_half_the_strength_moves_half_as_far():
    whole, half = (
        centre(augment(blob(14, 14), Augmentation(shift=6.0), (0, 1), strength).numpy())
        for strength in (1.0, 0.5)
    )
    np.testing.assert_allclose(np.subtract(whole, 14), 2 * np.subtract(half, 14), atol=0.02)
