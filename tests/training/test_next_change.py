"""The change that a run's curves suggest: on made curves, and on those of real trainings."""

import math

import pytest
import real_histories

from mnist_core.config.schema import (
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)
from mnist_core.models import store as model_store
from mnist_core.presets import PRESETS
from mnist_core.runs.history import Curve, Curves
from mnist_core.training import next_change

DENSE = Network((ConvBlock(),), dense=(DenseLayer(),))
DROPOUT = Network((ConvBlock(),), dense=(DenseLayer(dropout_rate=0.5),))
CHANGED = Augmentation(shift=1.0)


def curves(trained, on_new=(), losses=None, val_losses=None, steps=()):
    """Curves by epoch, of these accuracies; a loss is ten times the share that is wrong."""
    losses = losses or [10 * (1 - accuracy) for accuracy in trained]
    val_losses = val_losses or [10 * (1 - accuracy) for accuracy in on_new]
    ends = [100 * (i + 1) for i in range(len(trained))]
    by_step = Curve(list(range(1, len(steps) + 1)), list(steps), [0.1] * len(steps))
    validation = Curve(ends[: len(on_new)], list(val_losses), list(on_new))
    return Curves(by_step, Curve(ends, list(losses), list(trained)), validation, 300, 100)


def suggested(network=DENSE, curves=None, test=None, is_whole=True, **recipe):
    experiment = Experiment(network, Recipe(**recipe))
    change = next_change.suggest(experiment, curves, test, is_whole)
    experiment.with_values(change.values)  # it can be
    return change


HEART = curves([0.98, 0.995, 0.999], [0.984, 0.985, 0.984])
SETTLED = curves([0.990, 0.9921, 0.9922], [0.990, 0.9918, 0.9918])
FLAT = curves([0.92, 0.921, 0.9212], [0.919, 0.920, 0.920])
GUESS = {"accuracy": 0.1135, "loss": 2.3, "images": 10_000, "constant_layer": ""}


@pytest.mark.parametrize(
    ("words", "label", "run"),
    [
        ("no longer a number|stopped being a number", "rate of 0.0001",
         {"curves": curves([0.5], steps=[2.3, math.nan])}),
        ("Stuck at guessing: 11.35 %. Its loss leapt to 90.0", "rate of 0.001",
         {"curves": curves([0.1], steps=[2.3, 90.0]), "test": GUESS, "learning_rate": 0.3}),
        ("Stuck at guessing: 11.35 %. Nothing of the image comes", "batch normalization",
         {"curves": curves([0.11], steps=[2.3, 2.3]), "test": GUESS | {"constant_layer": "dense"}}),
        ("Stuck at guessing: 11.35 %, and its steps are tiny", "rate of 0.03",
         {"curves": curves([0.11], steps=[2.3, 2.3]), "test": GUESS, "optimizer": "SGD",
          "learning_rate": 1e-5}),
        ("stopped before it was done", "all 3 epochs", {"curves": HEART, "is_whole": False}),
        ("by heart: 99.90 % of them right, and 98.40 % of new", "dropout", {"curves": HEART}),
        ("by heart", "change a little", {"curves": HEART, "network": DROPOUT}),
        ("by heart", "twice as many filters",
         {"curves": HEART, "network": DROPOUT, "augmentation": CHANGED}),
        ("by heart", "all 60,000 training images", {"curves": HEART, "train_images": 300}),
        ("by heart", "dropout",
         {"curves": curves([0.98, 0.99, 0.99], [0.989] * 3, val_losses=[0.05, 0.04, 0.06])}),
        ("no longer falls", "rate of 0.001", {"curves": FLAT, "learning_rate": 0.01}),
        ("tiny: it has come to 92.12 %", "rate of 1", {"curves": FLAT, "optimizer": "Adadelta"}),
        ("ended too early: its loss fell by 50 %", "6 epochs",
         {"curves": curves([0.96, 0.98], [0.96, 0.98])}),
        ("ended too early: one epoch", "3 epochs", {"curves": curves([0.9], [0.9]), "epochs": 1}),
        ("can't learn more: 92.12 %", "twice as many filters", {"curves": FLAT}),
        ("one weighted sum", "relu",
         {"curves": FLAT, "network": Network((ConvBlock(activation="linear"),), dense=())}),
        ("can't learn more", "a convolution block", {"curves": FLAT, "network": Network(())}),
        ("steps stay as large", "falls to 0", {"curves": SETTLED}),
        ("Nothing is wrong with it: 99.18 %", "change a little",
         {"curves": SETTLED, "schedule": "cosine"}),
    ],
)  # fmt: skip
def test_what_the_curves_say_leads_to_the_change_that_helps(words, label, run):
    change = suggested(**run)
    assert any(part in change.reason for part in words.split("|")), change
    assert label in change.label


def test_the_largest_network_gets_no_larger_one():
    largest = Network((ConvBlock(filters=256, pool_size=4),), dense=())
    recipe = Recipe(schedule="cosine", augmentation=CHANGED)
    assert next_change.suggest(Experiment(largest, recipe), SETTLED) is None


def test_a_run_without_curves_gets_no_advice_but_one_that_was_stopped_does():
    experiment, none = Experiment(), curves([])
    assert next_change.suggest(experiment, none) is None
    assert next_change.suggest(experiment, none, is_whole=False).label == "all 3 epochs"


def test_a_run_without_validation_is_judged_by_its_test():
    trained = curves([0.99, 0.999, 0.9991], losses=[0.1, 0.01, 0.0099])
    change = suggested(curves=trained, test=GUESS | {"accuracy": 0.985}, validation="none")
    assert "98.50 % of new ones" in change.reason


def test_the_classic_learns_its_training_images_by_heart():
    kept = {"epochs": model_store.card("classic")["curves"]}
    change = next_change.suggest(PRESETS["lenet"], real_histories.curves_of(kept))
    assert change.values == {"network.dense.0.dropout_rate": "0.5"}


@pytest.mark.parametrize("name", sorted(real_histories.read()))
def test_of_a_real_training_it_says_what_is_wrong(name):
    wanted = {
        "quick": "4 epochs",
        "too-fast": "a learning rate of 0.001",
        "by-heart": "all 60,000 training images",
        "no-bend": "relu",
        "one-conv-128": "dropout of 0.5",
    }
    kept = real_histories.read()[name]
    change = next_change.suggest(PRESETS[name], real_histories.curves_of(kept), kept["test"])
    assert change.label == wanted[name], change
