"""The Train page reads digits by the weights that a run has in this moment."""

import re
import shutil

import numpy as np
import pytest
from app_pages import SEVEN, html_bodies, load_samples, open_page, plain_text, texts
from kept_runs import training_run

from mnist_core.models import store as model_store
from mnist_core.models import weights
from mnist_core.presets import PRESETS
from mnist_core.runs import live_weights
from pages.ui.train import watched_digits

LENET = PRESETS["lenet"].with_values({"data": "built-in"})


@pytest.fixture
def training(home):
    """LeNet in its second epoch, with the weights of the classic."""
    run = training_run(LENET, "mine")
    path = model_store.weights_path(model_store.CLASSIC)
    live_weights.write(run.folder / live_weights.NAME, weights.read(LENET.network, path), 7)
    load_samples()
    return run


def body_with(app, part) -> str:
    return plain_text(next(body for body in html_bodies(app) if f'class="{part}"' in body))


def leave_weights(run, step, weights):
    live_weights.write(run.folder / live_weights.NAME, weights, step)


def always(digit):
    """Weights that take whatever there is for this digit."""
    weights = {name: np.zeros_like(array) for name, array in _weights().items()}
    (bias,) = [name for name, array in weights.items() if array.shape == (10,)]
    weights[bias][digit] = 5.0
    return weights


def test_ten_digits_are_read_by_the_weights_of_this_moment(training):
    app = open_page("train")
    assert "**Ten it must learn**" in texts(app)
    right = body_with(app, "watched").count("✓")
    assert right >= 8 and f"{right} right" in texts(app)
    leave_weights(training, 8, always(2))
    after = body_with(app.run(), "watched")
    assert (after.count("2 ✓"), after.count("takes for 2")) == (1, 9)


def _weights():
    path = model_store.weights_path(model_store.CLASSIC)
    return weights.read(LENET.network, path)


def test_the_drawing_is_read_with_what_it_was_taken_for_last(training, drawn):
    leave_weights(training, 1, always(2))
    app = open_page("train")
    assert watched_digits.NO_DRAWING in body_with(app, "your_answer")
    drawn.append(SEVEN)
    assert "Epoch 1, 25 %: takes your 7 for a 2." in body_with(app.run(), "your_answer")
    leave_weights(training, 7, _weights())
    yours = body_with(app.run(), "your_answer")
    assert re.search(r"Epoch 1, 25 %: took your 7 for a 2\. Now 7, >?\d+ %\.$", yours)


def test_what_one_watched_stays_in_its_place_when_the_run_has_ended(training):
    app = open_page("train")
    shutil.copy(model_store.weights_path(model_store.CLASSIC), training.folder / "model.keras")
    card = model_store.weights_path(model_store.CLASSIC).with_name("card.json")
    shutil.copy(card, training.folder / "card.json")
    (training.folder / live_weights.NAME).unlink()
    training.set_status("finished")
    assert body_with(app.run(), "watched").count("✓") >= 8
    assert app.table


def test_before_the_first_weights_the_page_says_that_they_come(home, drawn):
    training_run(LENET, "begins")
    app = open_page("train")
    drawn.append(SEVEN)
    assert watched_digits.BEFORE in body_with(app.run(), "your_answer")


def test_a_run_that_has_ended_shows_its_layers_alone(training):
    training.set_status("finished")
    app = open_page("train")
    assert "while it learns" not in texts(app)
    assert app.table


def test_weights_that_are_no_numbers_are_said_to_answer_nothing(training, drawn):
    broken = {name: np.full_like(array, np.nan) for name, array in _weights().items()}
    live_weights.write(training.folder / live_weights.NAME, broken, 8)
    app = open_page("train")
    drawn.append(SEVEN)
    assert "answers with no numbers" in body_with(app.run(), "your_answer")


def test_the_click_on_start_makes_room_for_the_digits(home):
    app = open_page("train", {"data": "built-in"})
    assert "while it learns" not in texts(app)
    app.button(key="start").click().run()
    assert "while it learns" in texts(app)


@pytest.mark.parametrize(
    ("meant", "before", "words"),
    [
        (None, "", "Epoch 1, 50 %: reads an 8, 96 % sure."),
        (8, "", "Epoch 1, 50 %: reads your 8, 96 % sure."),
        (8, "Epoch 1, 2 %: took your 8 for a 3.", "took your 8 for a 3. Now 8, 96 %."),
        (3, "", "Epoch 1, 50 %: takes your 3 for an 8."),
    ],
)
def test_the_sentence_says_what_is_known(meant, before, words):
    moment = watched_digits.moment_text(10, 20)
    probabilities = np.full(10, 0.04 / 9)
    probabilities[8] = 0.96
    said, mistake = watched_digits.sentence(probabilities, meant, moment, before)
    assert plain_text(said).endswith(words)
    assert bool(mistake) == (bool(before) or meant == 3)
