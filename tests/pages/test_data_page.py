"""The Data page from the entry point, on a small built-in set."""

import html
import re

import numpy as np
import pytest
from app_pages import open_page, texts

from mnist_core.config.options import fields
from mnist_core.data import browse, glyphs, synthesis, synthetic, types, writers
from mnist_core.prediction import Classifier
from pages.ui.choices.data_set import ChosenSet
from pages.ui.data import browse as browse_view
from pages.ui.data import pen_model

pytestmark = pytest.mark.slow  # a whole app per test


@pytest.fixture
def app(only_small_set, clicks):
    """The app, open on the Data page, where MNIST is missing and the built-in set is small."""
    found = open_page("data")
    yield found
    assert not found.exception


def choose(app, key, value):
    return app.segmented_control(key=key).set_value(value).run()


def bodies(app):
    return [element.proto.body for element in app.get("html")]


def gallery(app):
    """What is read under each picture of the gallery."""
    (body,) = [b for b in bodies(app) if '<div class="gallery' in b]
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", body)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", c)).split()) for c in captions]


def alts(app):
    return [alt for body in bodies(app) for alt in re.findall(r'<img[^>]* alt="([^"]*)"', body)]


def moving(app):
    """The link to the digit that is being written."""
    (image,) = app.image
    return image.proto.imgs[0].url


def test_without_mnist_the_built_in_digits_are_shown_and_the_page_says_how_to_get_it(app):
    assert "MNIST is not on this computer" in texts(app)
    assert "**300** digits in the built-in test set" in texts(app)
    assert len(gallery(app)) == browse.PAGE_SIZE


def test_mnist_can_be_asked_for_where_it_is_missing(app):
    choose(app, "set", "MNIST")
    assert "Choose the built-in digits" in texts(app)
    assert not any('<div class="gallery' in body for body in bodies(app))


def test_a_class_shows_its_digits_with_their_numbers(app, small_set):
    choose(app, "digit", "7")
    numbers = np.flatnonzero(small_set[1].labels == 7)
    assert gallery(app) == [f"7 no. {n}" for n in numbers]
    assert f"**{len(numbers)}** images of 7 in the built-in test set" in texts(app)
    assert f"A 7, number {numbers[0]} of the built-in test set." in alts(app)


def test_the_training_part_has_digits_of_its_own(app):
    choose(app, "part", "Training")
    assert "**200** digits in the built-in training set" in texts(app)


def test_pages_go_on_where_the_last_one_ended_and_a_choice_goes_back_to_the_first(app):
    app.get("pagination")[0].set_value(2).run()
    assert gallery(app)[0].endswith(f"no. {browse.PAGE_SIZE}")
    choose(app, "part", "Training")
    assert gallery(app)[0].endswith("no. 0")


def test_what_a_model_reads_wrongly_is_shown_the_surest_first(app, small_set):
    app.toggle(key="mistakes").set_value(True).run()
    read = browse.top_predictions(Classifier.load("reader").probabilities(small_set[1].images))
    wrong = browse.misclassified(small_set[1].labels, read)
    assert len(wrong)  # or this test shows nothing
    assert f"reads **{len(wrong)}** of them wrongly" in texts(app)
    assert [re.search(r"no\. (\d+)", c).group(1) for c in gallery(app)] == list(map(str, wrong))
    first = wrong[0]
    said = f"{small_set[1].labels[first]} no. {first} read as {read.digits[first]}, "
    assert gallery(app)[0].startswith(said)


def test_mistakes_can_be_narrowed_to_what_they_were_taken_for(app, small_set):
    app.toggle(key="mistakes").set_value(True).run()
    read = browse.top_predictions(Classifier.load("reader").probabilities(small_set[1].images))
    wrong = browse.misclassified(small_set[1].labels, read)
    taken = int(read.digits[wrong[0]])
    app.selectbox(key="as").set_value(str(taken)).run()
    assert all(f"read as {taken}, " in caption for caption in gallery(app))
    assert len(gallery(app)) == (read.digits[wrong] == taken).sum()


def test_where_nothing_is_wrong_the_page_says_what_to_do(app):
    app.toggle(key="mistakes").set_value(True).run()
    choose(app, "digit", "5")
    app.selectbox(key="as").set_value("5").run()
    assert "reads none of them wrongly as 5. Choose another digit or model." in texts(app)


def test_a_clicked_digit_is_seen_on_inside(app, clicks, small_set):
    choose(app, "digit", "7")
    clicks.click(app, "gallery", 2)
    number = int(np.flatnonzero(small_set[1].labels == 7)[2])
    assert app.number_input(key="number").value == number
    assert f"number {number} of the built-in test set" in texts(app)


def test_averages_show_two_pictures_of_each_digit(app, small_set):
    choose(app, "look", "Averages")
    counts = np.bincount(small_set[1].labels)
    for digit in range(10):
        assert f"The mean of {counts[digit]} images of {digit}." in alts(app)
        assert any(alt.endswith(f"over {counts[digit]} images of {digit}.") for alt in alts(app))


def test_a_writer_shows_all_they_wrote_and_every_number_of_their_hand(app, small_set):
    choose(app, "look", "Writers")
    app.number_input(key="writer").set_value(6).run()
    wrote = small_set[1].labels[small_set[1].writers == 6]
    assert sum("by writer 6" in alt for alt in alts(app)) == len(wrote)
    assert f"Writer 6 wrote **{len(wrote)}** digits of the built-in test set" in texts(app)
    (hand,) = [body for body in bodies(app) if 'class="hand"' in body]
    assert hand.count("of 100 writers") == len(writers.STYLE_FIELDS)


def test_another_writer_is_another_button_press_away(app):
    choose(app, "look", "Writers")
    seen = {app.button(key="another").click().run().number_input(key="writer").value
            for _ in range(6)}  # fmt: skip
    assert len(seen) > 1
    assert seen <= set(range(8))


def test_a_writers_hand_can_be_taken_to_the_pen_model(app):
    choose(app, "look", "Writers")
    app.number_input(key="writer").set_value(3).run()
    app.button(key="borrow").click().run()
    hand = writers.writer(synthetic.SEED, 3).style
    assert app.slider(key="hand.slant").value == pytest.approx(hand.slant, abs=0.01)
    assert "habits of writer 3" in texts(app)
    app.button(key="plain").click().run()
    assert app.slider(key="hand.slant").value == writers.WritingStyle().slant
    assert "habits of writer" not in texts(app)


def test_every_number_of_a_hand_has_a_slider_over_all_it_may_be(app):
    choose(app, "look", "Pen model")
    for name, option in fields(writers.WritingStyle).items():
        slider = app.slider(key=f"hand.{name}")
        assert (slider.min, slider.max) == option.limits
        assert slider.value == option.default
        assert slider.help == option.help


def test_a_slider_redraws_the_digit_and_back_again_it_is_the_old_one(app):
    choose(app, "look", "Pen model")
    before = moving(app)
    app.slider(key="hand.slant").set_value(0.9).run()
    assert moving(app) != before
    app.slider(key="hand.slant").set_value(writers.WritingStyle().slant).run()
    assert moving(app) == before


def test_the_sliders_stay_when_one_looks_elsewhere(app):
    choose(app, "look", "Pen model")
    app.slider(key="hand.slant").set_value(0.9).run()
    choose(app, "look", "Averages")
    choose(app, "look", "Pen model")
    assert app.slider(key="hand.slant").value == 0.9


def test_writing_again_gives_another_digit(app):
    choose(app, "look", "Pen model")
    before = moving(app)
    app.button(key="again").click().run()
    assert moving(app) != before


def test_the_last_form_of_a_digit_can_be_chosen(app):
    choose(app, "look", "Pen model")
    for digit in (0, 1, 9):
        choose(app, "pen_digit", digit)
        last = len(glyphs.forms_of(digit)) - 1
        choose(app, f"pen_form_{digit}", last)
        assert f"Form {last + 1} of {last + 1}" in texts(app)
        assert f"Another {digit} by the same hand." in alts(app)


def test_the_same_hand_never_writes_twice_the_same():
    several = [
        synthesis.render_image(pen_model._one(4, 0, pen_model.PLAIN_WRITER, seed))
        for seed in range(9)
    ]
    assert len({image.tobytes() for image in several}) == 9


def test_a_count_of_one_is_not_plural():
    chosen = ChosenSet(None, "test")
    chosen = chosen._replace(dataset=types.Dataset("mnist", None, None, "", ""))
    assert browse_view._counted(1, chosen, None) == "**1** digit in MNIST's test set"
