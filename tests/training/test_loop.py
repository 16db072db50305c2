"""Training learns, reports its true figures, and stops when it is asked to."""

import itertools

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
from mnist_core.training import loop, optimizers, step_recorder

pytestmark = pytest.mark.slow  # TensorFlow compiles each network

SMALL = Network(blocks=[ConvBlock(filters=4)], dense=[DenseLayer(units=32)])
NO_STEP = {"learning_rate": 1e-6, "optimizer": "SGD", "momentum": 0.0, "epochs": 1}


def digits(count, seed=0):
    """Ten kinds of image that a small network can tell apart: a bright row where the label says."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count).astype("uint8")
    images = rng.integers(0, 60, (count, 28, 28)).astype("uint8")
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4 : 2 * label + 6] = 250
    return Digits(images, labels)


DATASET = Dataset("built-in", digits(256), digits(64, seed=1), "checksum", "this test")


def experiment(network=SMALL, **recipe):
    chosen = {"batch_size": 32, "epochs": 2, "validation": "none", "learning_rate": 0.01} | recipe
    return Experiment(network=network, recipe=Recipe(**chosen))


def train(dataset=DATASET, network=SMALL, recipe=None, **options):
    """(result, events by kind) of a training, by default of two epochs of eight steps."""
    events = {"steps": [], "epoch": [], "start": [], "test": [], "status": []}
    result = loop.train(
        experiment(network, **(recipe or {})),
        dataset,
        on_event=lambda event: events[event["kind"]].append(event),
        **options,
    )
    return result, events


@pytest.fixture(scope="module")
def events():
    """Of the default training."""
    return train()[1]


def losses(events) -> list[float]:
    return list(itertools.chain(*(event["loss"] for event in events["steps"])))


def test_a_small_network_learns_32_digits_by_heart():
    result, _ = train(DATASET._replace(train=digits(32)), recipe={"epochs": 30})
    assert result.outcome == "finished"
    assert result.epochs[-1]["accuracy"] == 1
    assert result.epochs[-1]["loss"] < 0.1


def test_one_seed_gives_the_same_weights_twice_in_one_process():
    recipe = {"seed": 3, "augmentation": Augmentation(shift=2.0), "epochs": 1}
    first, again = (train(recipe=recipe)[0] for _ in range(2))
    for a, b in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (first.test_loss, first.epochs[0]["loss"]) == (again.test_loss, again.epochs[0]["loss"])


def test_another_seed_gives_another_run():
    a, b = (train(recipe={"seed": seed, "epochs": 1})[0] for seed in (1, 2))
    assert a.epochs[0]["loss"] != b.epochs[0]["loss"]


def test_each_step_has_its_own_loss_and_an_epoch_the_mean_of_its_steps(events):
    assert len(losses(events)) == 2 * 256 // 32
    for epoch, steps in zip(events["epoch"], np.split(np.array(losses(events)), 2), strict=True):
        assert epoch["loss"] == pytest.approx(steps.mean(), abs=1e-4)


def test_steps_are_numbered_without_gaps(events):
    following = 1
    for event in events["steps"]:
        assert event["first"] == following
        following += len(event["loss"])
    assert following - 1 == events["start"][0]["total_steps"]


def test_a_steps_loss_is_that_of_the_batch_before_the_update():
    result, events = train(recipe=NO_STEP | {"batch_size": 256})  # the whole set is the batch
    x = DATASET.train.images[..., None] / np.float32(255)
    p = result.model(x).numpy()[np.arange(256), DATASET.train.labels]
    assert losses(events)[0] == pytest.approx(-np.log(p).mean(), abs=1e-3)


def test_a_long_run_keeps_at_most_so_many_points_each_a_mean(monkeypatch):
    monkeypatch.setattr(step_recorder, "MAX_POINTS", 5)
    _, events = train()
    assert {event["every"] for event in events["steps"]} == {4}  # 16 steps in at most 5 points
    assert len(losses(events)) == 4
    assert events["steps"][-1]["first"] + 3 <= 16


def test_stop_ends_after_the_call_and_still_takes_the_test():
    result, events = train(should_stop=lambda: True)
    assert result.outcome == "stopped"
    assert len(losses(events)) == 1  # the first call is of one step, as it compiles
    assert events["test"][0]["accuracy"] == result.test_accuracy


def test_a_loss_that_is_no_number_ends_the_run_with_what_to_change():
    linear = Network(blocks=(), dense=[DenseLayer(activation="linear")])
    recipe = {"optimizer": "SGD", "learning_rate": 10.0, "epochs": 20}
    result, _ = train(network=linear, recipe=recipe)
    assert result.outcome == "failed"
    assert "Try a learning_rate of 0.03 in place of 10" in result.sentence
    assert result.test_accuracy is None


def test_a_training_that_ends_in_guessing_says_so_and_why():
    result, events = train(recipe={"learning_rate": 0.5})
    assert result.outcome == "finished" and result.test_accuracy < 0.15
    assert events["test"][0]["constant_layer"] in ("block1_conv", "dense1")
    assert "guessing: the steps were too large" in result.sentence


def test_a_deep_network_that_passes_nothing_on_names_its_layer():
    deep = Network(blocks=(), dense=[DenseLayer(16, activation="sigmoid")] * 3)
    model = loop.compile_model(experiment(deep, **NO_STEP))
    model.get_layer("dense2").set_weights([np.zeros((16, 16)), np.zeros(16)])
    result, _ = train(network=deep, recipe=NO_STEP, model=model)
    assert "its layer dense2 gives the same numbers for every image" in result.sentence


def test_of_a_training_that_has_learned_nothing_more_is_said():
    result, events = train(recipe={"epochs": 10})
    assert result.test_accuracy > 0.5
    assert result.sentence == "" and "constant_layer" not in events["test"][0]


@pytest.mark.parametrize("has", [True, False])
def test_without_instructions_for_16_bits_it_computes_in_32_and_says_so(monkeypatch, has):
    monkeypatch.setattr(loop.precision, "measured_gain", lambda: 2.0)
    monkeypatch.setattr(loop.precision.machine, "has_bfloat16", lambda: has)
    wide = Network(blocks=[ConvBlock(filters=16)], dense=())
    (result, ours), (_, exact) = (
        train(network=wide, recipe={"precision": precision, "epochs": 1})
        for precision in ("bfloat16", "float32")
    )
    assert (losses(ours) == losses(exact)) is not has
    assert ("computed in float32" in result.sentence) is not has


def test_weights_are_offered_for_keeping_after_every_epoch():
    epochs_so_far = []
    train(on_model=lambda model, epochs: epochs_so_far.append(len(epochs)))
    assert epochs_so_far == [1, 2]


def test_validation_on_a_split_leaves_those_images_out_of_training():
    recipe = Recipe(validation="split", validation_fraction=0.25, seed=5)
    training, validation = loop.split_dataset(DATASET, recipe)
    assert (len(training.labels), len(validation.labels)) == (192, 64)
    both = {image.tobytes() for image in (*training.images, *validation.images)}
    assert both == {image.tobytes() for image in DATASET.train.images}


@pytest.mark.parametrize(
    ("validation", "held_back", "steps"), [("none", 0, 7), ("test", 0, 7), ("split", 68, 5)]
)
def test_a_recipe_knows_the_images_and_the_steps_of_its_training(validation, held_back, steps):
    fields = {"validation": validation, "validation_fraction": 0.333, "train_images": 205}
    recipe = experiment(epochs=1, **fields).recipe
    training, _ = loop.split_dataset(DATASET, recipe)
    assert recipe.split_sizes(256) == (205 - held_back, held_back)
    assert len(training.labels) == 205 - held_back
    assert recipe.steps_per_epoch(256) == steps
    assert train(recipe={"epochs": 1} | fields)[0].epochs[0]["step"] == steps


def test_peeking_validates_on_the_test_set():
    _, events = train(recipe={"validation": "test", "epochs": 1})
    epoch, test = events["epoch"][0], events["test"][0]
    assert (epoch["val_loss"], epoch["val_accuracy"]) == (test["loss"], test["accuracy"])


def test_early_stopping_waits_for_its_patience_and_brings_back_the_best_weights():
    shuffled = np.random.default_rng(0).permutation(DATASET.test.labels)
    unlearnable = DATASET._replace(test=Digits(DATASET.test.images, shuffled))
    recipe = {"epochs": 20, "validation": "test", "patience": 2, "restore_best_weights": True}
    result, _ = train(unlearnable, recipe=recipe)
    val_losses = [epoch["val_loss"] for epoch in result.epochs]
    assert len(val_losses) < 20
    assert len(val_losses) - 1 - int(np.argmin(val_losses)) == 2
    assert result.test_loss == pytest.approx(min(val_losses), abs=1e-5)


def test_a_val_loss_that_is_no_number_is_never_the_best():
    block = ConvBlock(4, batch_normalization=True, activation="linear", pool_size=0)
    network = Network(blocks=[block], dense=())
    recipe = {"epochs": 5, "validation": "test", "patience": 2, "restore_best_weights": True}
    model = loop.compile_model(experiment(network, **recipe))
    average = model.get_layer("block1_norm").moving_mean  # used in validation, not in training
    average.assign(np.full(4, np.nan))

    def mend(model, epochs):
        if len(epochs) == 1:
            average.assign(np.zeros(4))

    result, _ = train(network=network, recipe=recipe, model=model, on_model=mend)
    val_losses = [epoch["val_loss"] for epoch in result.epochs]
    assert np.isnan(val_losses[0]) and len(val_losses) > 2
    assert result.test_loss == pytest.approx(np.nanmin(val_losses), abs=1e-5)


def test_a_continued_training_counts_on_and_starts_from_the_given_weights():
    first, _ = train(recipe={"epochs": 4})
    done = loop.ResumePoint(epochs=4, steps=32)
    _, events = train(recipe={"epochs": 1}, model=first.model, resume_from=done)
    assert events["steps"][0]["first"] == 33
    assert events["epoch"][0]["epoch"] == 5
    assert losses(events)[0] < first.epochs[0]["loss"] / 2


@pytest.mark.parametrize("optimizer", ["Adam", "AdamW", "SGD", "RMSprop", "Adadelta"])
def test_every_optimizer_makes_the_loss_smaller(optimizer):
    rate = 1.0 if optimizer == "Adadelta" else 0.01
    result, _ = train(recipe={"optimizer": optimizer, "learning_rate": rate, "epochs": 5})
    assert result.epochs[-1]["loss"] < 0.8 * result.epochs[0]["loss"]


def test_the_learning_rate_of_the_recipe_is_the_one_that_is_used():
    before = loop.compile_model(experiment(**NO_STEP)).get_weights()
    after = train(recipe=NO_STEP)[0].model.get_weights()
    assert max(np.abs(a - b).max() for a, b in zip(before, after, strict=True)) < 1e-4


COSINE = Recipe(schedule="cosine", warmup=0.1, learning_rate=0.5)


def test_the_cosine_schedule_warms_up_peaks_at_the_rate_and_ends_near_nothing():
    rates = [optimizers.learning_rate_at(COSINE, step, 100) for step in range(100)]
    assert rates[0] == pytest.approx(0.05)
    assert np.argmax(rates) in (9, 10)
    assert max(rates) == pytest.approx(0.5)
    assert rates[-1] < 0.001
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))


@pytest.mark.parametrize("step", [10, 30, 77, 99])
def test_the_cosine_schedule_is_keras_own_after_the_warm_up(step):
    from keras.optimizers.schedules import CosineDecay

    keras_rate = CosineDecay(0.0, 90, warmup_target=0.5, warmup_steps=10)
    ours = optimizers.learning_rate_at(COSINE, step, 100)
    assert ours == pytest.approx(float(keras_rate(step)), abs=1e-6)


def test_whoever_watches_gets_the_weights_of_the_moment_and_their_step():
    seen = []

    def keep(model, step):
        seen.append((step, model.get_weights()[0].copy()))

    loop.train(experiment(), DATASET, on_weights=keep)
    steps = [step for step, _ in seen]
    assert steps == sorted(set(steps)) and len(steps) > 1
    assert steps[-1] == 2 * 256 / 32
    assert not np.array_equal(seen[0][1], seen[-1][1])
