"""What is said of an adaptation, and which ones are not kept."""

import pytest

from mnist_core.adaptation import result
from mnist_core.adaptation.result import Figures

BEFORE = Figures(0.6, 0.9925)


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (Figures(1.0, 0.98), "it would have forgotten 1.25 points of MNIST"),
        (Figures(0.5, 0.9925), "of 10 drawings held back it read 6 before and only 5 after"),
    ],
)
def test_a_model_that_became_worse_is_refused_with_the_figures(after, reason):
    assert reason in result.refusal(BEFORE, after, 10)


def test_a_model_that_still_misreads_most_of_the_hand_is_refused():
    refusal = result.refusal(Figures(0.1, 0.99), Figures(0.4, 0.99), 10)
    assert "it read only 4 as labelled" in refusal
    assert result.refusal(Figures(0.0, 0.99), Figures(0.0, 0.99), 4) == ""  # too few to judge by


def test_a_model_that_gained_is_kept_and_the_figures_are_said():
    after = Figures(0.9, 0.993)
    assert result.refusal(BEFORE, after, 10) == ""
    assert result.summary(BEFORE, after, 30, 10, "mnist") == (
        "It learned from 30 drawings. Of 10 drawings held back at first it read 6 before and 9"
        " after. MNIST's test set: 99.25 % before, 99.30 % after."
    )


def test_where_nothing_could_be_held_back_no_gain_is_claimed():
    words = result.summary(Figures(None, 0.99), Figures(None, 0.99), 1, 0, "mnist")
    assert words.startswith("It learned from one drawing. Too few of any digit to hold one back")


def test_where_the_built_in_digits_stood_for_mnist_that_is_said():
    words = result.summary(BEFORE, BEFORE, 30, 10, "built-in")
    assert "The built-in test set: 99.25 % before" in words
    assert words.endswith("the built-in digits stood for it.")


@pytest.mark.parametrize(
    ("count", "words"), [(0, ""), (1, "was one that it was sure"), (3, "were 3 that it was sure")]
)
def test_doubtful_labels_are_pointed_out(count, words):
    assert words in result.doubt(count, 30)
