"""The end of a run on the Train page: its verdict, and the ways on."""

import math

import pytest
from app_pages import open_page, texts
from kept_runs import add_epoch, finished_run, training_run

from mnist_core.models import store as model_store
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store

QUICK = PRESETS["quick"].with_values({"data": "mnist"})
READER = model_store.card("reader")["test"]["accuracy"]


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def test_the_verdict_counts_what_is_misread_and_compares_it_with_the_reader(home):
    finished_run(QUICK, "mine", 0.9904)
    words = f"**99.04 %**: 96 of 10,000 misread, {100 * (READER - 0.9904):.2f} points under the"
    assert words in texts(open_page("train"))


@pytest.mark.parametrize(
    ("accuracy", "data", "words"),
    [
        (0.9977, "mnist", "23 of 10,000 misread, 0.10 points over the reader."),
        (READER, "mnist", "misread, as good as the reader."),
        (0.9904, "built-in", "96 of 10,000 misread."),  # the reader's test was another
    ],
)
def test_the_reader_is_named_where_it_took_the_same_test(home, accuracy, data, words):
    finished_run(QUICK.with_values({"data": data}), "mine", accuracy)
    assert words in texts(open_page("train"))


def test_a_peeked_verdict_is_marked(home):
    finished_run(QUICK.with_values({"recipe.validation": "test"}), "mine", 0.9904)
    assert "**99.04 %** (peeked): 96 of" in texts(open_page("train"))


def test_one_click_fills_the_form_with_the_change_and_says_of_what_it_is_a_variation(home):
    run = finished_run(QUICK, "mine", 0.98)
    add_epoch(run, 3, accuracy=0.999, val_accuracy=0.98)
    app = open_page("train")
    assert "by heart: 99.90 % of them right, and 98.00 % of new ones" in texts(app)
    assert app.button(key="make_better").label == "Make it better: dropout of 0.5"
    press(app, "make_better")
    change = {"network.dense.0.dropout_rate": "0.5"}
    assert app.session_state["session"].experiment == run.experiment().with_values(change)
    assert "A variation of **mine**: Dense 1: dropout rate 0.5, was 0." in texts(app)
    press(app, "start")
    assert {run.name for run in run_store.all_runs()} == {"mine", "my own"}


def test_a_run_that_failed_before_it_had_a_model_can_be_made_better(home):
    run = training_run(QUICK, "too fast", 0)
    run.append({"kind": "steps", "first": 1, "every": 1, "loss": [math.nan], "accuracy": [0.1]})
    run.set_status("failed", "The loss stopped being a number.")
    app = open_page("train")
    assert app.button(key="make_better").label == "Make it better: a learning rate of 0.0006"
    assert not [button for button in app.button if button.key == "draw_on"]


def test_a_variation_that_was_begun_on_runs_says_of_what(home):
    finished_run(QUICK, "mine", 0.98)
    app = open_page("runs", {"run": "mine"})
    press(app, "open_in_train")
    app.switch_page("pages/train.py").run()
    assert "A variation of **mine**: change a setting, and Start." in texts(app)
    app.toggle(key="recipe.restore_best_weights").set_value(True).run()
    assert "**mine**: Restore best weights on, was off." in texts(app)


def test_there_are_three_ways_on(home):
    finished_run(QUICK, "mine", 0.98)
    labels = [button.label for button in open_page("train").button]
    ways = ["Draw on it", "See its mistakes", "Make it better: twice as many filters"]
    assert [label for label in labels if label in ways or "better" in label] == ways
