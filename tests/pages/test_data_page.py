"""The Data page, where MNIST is missing and the built-in set is small."""

import re

import numpy as np
import pytest
from app_pages import gallery_captions, html_bodies, image_alts, open_page, texts

from mnist_core.config.options import fields
from mnist_core.data import browse, glyphs, loading, synthetic, types, writers
from mnist_core.prediction import Classifier
from pages.ui.app import background_jobs
from pages.ui.choices.data_set import ChosenSet
from pages.ui.data import browse as browse_view

pytestmark = pytest.mark.slow  # hundreds of digits are written and drawn


@pytest.fixture
def data_page(only_small_set, clicks):
    """A function that opens the page, as a link with these parameters does."""
    return lambda **query: open_page("data", query)


@pytest.fixture(scope="module")
def predictions(small_set):
    """What the reader takes the small test set's digits for."""
    return browse.top_predictions(Classifier.load("reader").probabilities(small_set[1].images))


def choose(app, key, value):
    app.segmented_control(key=key).set_value(value).run()
    assert not app.exception
    return app


def animation_url(app):
    """The link to the digit that is being written."""
    (image,) = app.image
    return image.proto.imgs[0].url


def test_without_mnist_the_built_in_digits_are_shown_and_the_page_says_how_to_get_it(data_page):
    app = data_page()
    assert "MNIST is not on this computer" in texts(app)
    assert "**300** digits in the built-in test set" in texts(app)
    assert len(gallery_captions(app)) == browse.PAGE_SIZE


def test_mnist_can_be_asked_for_where_it_is_missing(data_page):
    app = data_page(set="MNIST")
    assert "Choose the built-in digits" in texts(app)
    assert not gallery_captions(app)


def test_a_class_shows_its_digits_with_their_numbers(data_page, small_set):
    app = data_page(digit="7")
    numbers = np.flatnonzero(small_set[1].labels == 7)
    assert gallery_captions(app) == [f"7 no. {n}" for n in numbers]
    assert f"**{len(numbers)}** images of 7 in the built-in test set" in texts(app)
    assert f"A 7, number {numbers[0]} of the built-in test set." in image_alts(app)


def test_pages_go_on_where_the_last_one_ended_and_another_part_begins_at_the_first(data_page):
    app = data_page()
    app.get("pagination")[0].set_value(2).run()
    assert gallery_captions(app)[0].endswith(f"no. {browse.PAGE_SIZE}")
    choose(app, "part", "Training")
    assert gallery_captions(app)[0].endswith("no. 0")
    assert "**200** digits in the built-in training set" in texts(app)


def test_what_a_model_reads_wrongly_is_shown_the_surest_first(data_page, small_set, predictions):
    labels = small_set[1].labels
    wrong = browse.misclassified(labels, predictions)
    assert len(wrong)  # or this test shows nothing
    app = data_page(mistakes="true")
    assert f"reads **{len(wrong)}** of them wrongly" in texts(app)
    captions = gallery_captions(app)
    assert [int(re.search(r"no\. (\d+)", text)[1]) for text in captions] == wrong.tolist()
    first, digit = wrong[0], predictions.digits[wrong[0]]
    assert captions[0].startswith(f"{labels[first]} no. {first} read as {digit}, ")
    app.selectbox(key="as").set_value(str(digit)).run()
    captions = gallery_captions(app)
    assert all(f"read as {digit}, " in text for text in captions)
    assert len(captions) == (predictions.digits[wrong] == digit).sum()


def test_where_nothing_is_wrong_the_page_says_what_to_do(data_page):
    app = data_page(**{"mistakes": "true", "digit": "5", "as": "5"})
    assert "reads none of them wrongly as 5. Choose another digit or model." in texts(app)


def test_a_clicked_digit_is_seen_on_inside(data_page, clicks, small_set):
    app = data_page(digit="7")
    clicks.click(app, "gallery", 2)
    number = int(np.flatnonzero(small_set[1].labels == 7)[2])
    assert app.number_input(key="number").value == number
    assert f"number {number} of the built-in test set" in texts(app)


def test_while_the_built_in_digits_are_written_a_bar_says_so(home, monkeypatch, small_set):
    waited = []

    def load(report):
        report(1, 4)
        return small_set

    monkeypatch.setattr(loading, "loaded", {})
    monkeypatch.setattr(synthetic, "load", load)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *names, **options: home / "none")
    monkeypatch.setattr(background_jobs, "wait_for", lambda job, *words: (
        job.result(), waited.append((job.progress, words[-1]))))  # fmt: skip
    for _ in range(2):
        open_page("data", {"set": "Built-in"})
    assert waited == [((1, 4), "The built-in digits are being written, once on this computer:")]


def test_averages_show_two_pictures_of_each_digit(data_page, small_set):
    alts = image_alts(data_page(look="Averages"))
    for digit, count in enumerate(np.bincount(small_set[1].labels)):
        assert f"The mean of {count} images of {digit}." in alts
        assert f"How much each pixel varies over {count} images of {digit}." in alts


def test_a_writer_shows_all_they_wrote_and_every_number_of_their_hand(data_page, small_set):
    app = data_page(look="Writers", writer=6)
    count = (small_set[1].writers == 6).sum()
    assert sum("by writer 6" in alt for alt in image_alts(app)) == count
    assert f"Writer 6 wrote **{count}** digits of the built-in test set" in texts(app)
    (style,) = [body for body in html_bodies(app) if 'class="hand"' in body]
    assert style.count("of 100 writers") == len(writers.STYLE_FIELDS)
    assert style.count("<i class=here") == len(writers.STYLE_FIELDS)


def test_another_writer_is_another_button_press_away(data_page):
    app = data_page(look="Writers")
    numbers = {
        app.button(key="another").click().run().number_input(key="writer").value for _ in range(6)
    }
    assert len(numbers) > 1 and numbers <= set(range(8))


def test_a_writers_hand_can_be_taken_to_the_pen_model(data_page):
    app = data_page(look="Writers", writer=3)
    app.button(key="borrow").click().run()
    style = writers.writer(synthetic.SEED, 3).style
    assert app.slider(key="hand.slant").value == pytest.approx(style.slant, abs=0.01)
    assert "habits of writer 3" in texts(app)
    app.button(key="plain").click().run()
    assert app.slider(key="hand.slant").value == writers.WritingStyle().slant
    assert "habits of writer" not in texts(app)


def test_every_number_of_a_hand_has_a_slider_over_all_it_may_be(data_page):
    app = data_page(look="Pen model")
    for name, option in fields(writers.WritingStyle).items():
        slider = app.slider(key=f"hand.{name}")
        assert (slider.min, slider.max) == option.limits
        assert (slider.value, slider.help) == (option.default, option.help)


def test_a_slider_redraws_the_digit_and_stays_when_one_looks_elsewhere(data_page):
    app = data_page(look="Pen model")
    before = animation_url(app)
    app.slider(key="hand.slant").set_value(0.9).run()
    assert animation_url(app) != before
    choose(app, "look", "Averages")
    choose(app, "look", "Pen model")
    assert app.slider(key="hand.slant").value == 0.9
    app.slider(key="hand.slant").set_value(writers.WritingStyle().slant).run()
    assert animation_url(app) == before


def test_writing_again_gives_another_digit_and_no_two_of_a_hand_are_the_same(data_page):
    app = data_page(look="Pen model")
    before = animation_url(app)
    app.button(key="again").click().run()
    assert animation_url(app) != before
    (gallery,) = [body for body in html_bodies(app) if '<div class="gallery' in body]
    pictures = re.findall(r'src="([^"]*)"', gallery)
    assert len(set(pictures)) == len(pictures) == 8


@pytest.mark.parametrize("digit", [0, 1, 9])
def test_the_last_form_of_a_digit_can_be_chosen(data_page, digit):
    app = data_page(look="Pen model", pen_digit=digit)
    count = len(glyphs.forms_of(digit))
    choose(app, f"pen_form_{digit}", count - 1)
    assert f"Form {count} of {count}" in texts(app)
    assert f"Another {digit} by the same hand." in image_alts(app)


def test_a_count_of_one_is_not_plural():
    chosen = ChosenSet(types.Dataset("mnist", None, None, "", ""), "test")
    assert browse_view.count_text(1, chosen, None) == "**1** digit in MNIST's test set"
