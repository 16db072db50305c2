"""A model learns a hand: what it reads then, what it forgets, and when it is not kept."""

import hands
import numpy as np
import pytest

from mnist_core import adaptation
from mnist_core.adaptation import fine_tuning, recipe
from mnist_core.data import loading
from mnist_core.data.types import Digits, make_dataset
from mnist_core.evaluation import labelled_sets
from mnist_core.prediction import Classifier
from mnist_core.strokes.files import NON_DIGIT, Drawing

pytestmark = pytest.mark.slow
UNSEEN = hands.drawings(5, digits=(4,), seed=9)


@pytest.fixture(autouse=True)
def few_digits(monkeypatch):
    """A part of the data set that is there, and fewer steps."""
    whole = loading.load(loading.best_available())
    parts = (Digits(part.images[:n], part.labels[:n])
             for part, n in ((whole.train, 20_000), (whole.test, 5000)))  # fmt: skip
    some = make_dataset(whole.name, *(Digits(*map(np.copy, part)) for part in parts), whole.source)
    monkeypatch.setattr(loading, "load", lambda name: some)
    monkeypatch.setattr(recipe, "STEPS", 60)


def read(classifier):
    images = labelled_sets.render_drawings(UNSEEN, 0).images
    return classifier.probabilities(images).argmax(axis=1).tolist()


def test_it_reads_what_it_never_read_before_and_forgets_nothing_else():
    events = []
    assert 4 not in read(Classifier.load("classic"))
    made = adaptation.adapt("classic", hands.drawings(), on_event=events.append)
    assert made.outcome == "finished"
    assert read(made.classifier).count(4) >= 3
    assert made.after.drawings > made.before.drawings
    assert 4 not in read(Classifier.load("classic"))
    kinds = [event["kind"] for event in events]
    assert [k for k in kinds if k not in ("steps", "check")] == [
        *("status", "start", "epoch", "status", "test", "adapted")
    ]
    checks = [event for event in events if event["kind"] == "check"]
    assert checks[0]["step"] == 0
    held_back = [check["own_accuracy"] for check in checks if "own_accuracy" in check]
    assert (held_back[0], held_back[-1]) == (made.before.drawings, made.after.drawings)


def test_wrong_labels_are_noticed_and_the_model_stays_as_it_was():
    made = adaptation.adapt("classic", hands.wrongly_labelled(hands.drawings()))
    assert made.outcome == "failed"
    assert made.sentence.startswith("It was not kept: ")
    assert len(made.doubtful) > 10
    assert read(made.classifier) == read(Classifier.load("classic"))


def test_it_ends_when_it_should_and_is_tested_as_it_is_then():
    made = adaptation.adapt("classic", hands.drawings(1), should_stop=lambda: True)
    assert made.outcome == "stopped"
    assert made.epoch["step"] < 60
    assert made.test["images"] == 5000
    assert made.after.drawings is None


def test_a_large_network_takes_fewer_steps():
    steps = [
        fine_tuning.make_experiment(name, "mnist", 0).recipe.steps_per_epoch()
        for name in ("classic", "reader")
    ]
    assert steps[1] < steps[0]


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="There is no model called 'nobody'"):
        adaptation.adapt("nobody", hands.drawings(1))


def test_it_learns_to_be_unsure_of_what_is_no_digit():
    others = [Drawing(NON_DIGIT, "", one.strokes) for one in hands.drawings(5, digits=(4,))]
    digits = hands.drawings(2, digits=[d for d in range(10) if d != 4])
    made = adaptation.adapt("classic", digits + others)
    assert (made.outcome, made.drawings, made.held_back) == ("finished", 23, 9)
    images = labelled_sets.render_drawings(UNSEEN, 0).images
    before, after = (
        one.probabilities(images).max(axis=1).mean()
        for one in (Classifier.load("classic"), made.classifier)
    )
    assert after < min(0.5, before)
