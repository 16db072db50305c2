"""A run that only guesses says so, and why, from what happened in it."""

import math

import pytest

from mnist_core.config.schema import Recipe
from mnist_core.training import guessing

RECIPE = Recipe(learning_rate=0.3)
STILL = [2.31, 2.3, 2.32, 2.3]


def explain(losses, accuracy=0.1028, loss=2.31, constant_layer="", every=1, recipe=RECIPE):
    """The sentence on a run with these losses of training, and this test."""
    steps = {"kind": "steps", "epoch": 1, "first": 1, "every": every}
    test = {"kind": "test", "loss": loss, "accuracy": accuracy, "images": 10_000}
    return guessing.explain(
        [
            steps | {"loss": losses, "accuracy": [0.1] * len(losses)},
            test | {"constant_layer": constant_layer},
        ],
        recipe,
    )


@pytest.mark.parametrize("accuracy", [0.16, 0.5, 0.99])
def test_nothing_is_said_of_a_run_that_has_learned(accuracy):
    assert explain([2.3, 50.0], accuracy) == ""


def test_nothing_is_said_of_a_run_that_was_not_tested():
    assert guessing.explain([{"kind": "status", "state": "failed"}], RECIPE) == ""


@pytest.mark.parametrize(
    ("sentence", "accuracy", "told"),
    [
        ("", 0.1028, "It does hardly better than guessing."),
        ("Imported.", 0.1028, "Imported. It does hardly better than guessing."),
        ("Imported.", 0.9, "Imported."),
        ("Imported.", None, "Imported."),
    ],
)
def test_what_says_nothing_of_guessing_gets_the_verdict_by_its_accuracy(sentence, accuracy, told):
    assert guessing.add_verdict(sentence, accuracy) == told


def test_a_run_that_says_why_it_guesses_is_not_told_so_again():
    assert guessing.add_verdict(explain(STILL), 0.1028) == explain(STILL)


def test_a_loss_that_leapt_is_told_with_its_step_and_a_smaller_rate():
    assert explain([2.3, 1081.36, 301.1, 2.31], constant_layer="dense1") == (
        "It does hardly better than guessing: the steps were too large. In step 2 its loss leapt"
        " to 1,081 (guessing is 2.3), and now its layer dense1 gives the same numbers for every"
        " image. Start anew with a learning_rate of 0.001 in place of 0.3."
    )


def test_a_loss_that_leapt_within_the_first_point_is_seen_too():
    assert "In step 4 its loss leapt to 400 " in explain([400.0, 2.3], every=4)


def test_a_first_step_that_costs_much_is_no_leap():
    assert "leapt" not in explain([4.9, 2.3, 2.3])


def test_a_layer_without_news_of_the_image_is_named():
    sentence = explain(STILL, constant_layer="block3_2_conv")
    assert "block3_2_conv gives the same numbers for every image" in sentence
    assert "learning_rate" not in sentence


@pytest.mark.parametrize("losses", [[2.3, math.nan], [2.3, math.inf], STILL])
def test_a_loss_that_is_no_number_is_told(losses):
    sentence = explain(losses, loss=math.nan)
    assert "its loss is no number (NaN)" in sentence
    assert "learning_rate of 0.001 in place of 0.3" in sentence


def test_a_loss_that_stayed_where_it_was_asks_for_more_or_larger_steps():
    sentence = explain(STILL, recipe=Recipe(learning_rate=1e-6))
    assert "after 4 steps its loss is still 2.30, where guessing is 2.30" in sentence
    assert "More epochs or a learning_rate above 1e-06" in sentence
    assert "after 1 step its" in explain(STILL[:1])


def test_a_network_that_has_learned_only_its_training_images_is_told_so():
    assert "it has learned its training images (loss 0.10)" in explain([2.3, 1.0, 0.1])
