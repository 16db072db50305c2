"""Corrections on Draw, and what becomes of them on Data, through the pages in this process."""

import hands
import numpy as np
import pytest
import written_numbers
from app_pages import (
    SEVEN,
    choose_runs,
    eraser_path,
    gallery_captions,
    image_alts,
    open_page,
    pen_path,
    texts,
)

from mnist_core.adaptation import request
from mnist_core.runs import store as run_store
from mnist_core.strokes import drawing_store
from mnist_core.strokes.files import NON_DIGIT, parse_drawings
from mnist_core.strokes.rasterize import place
from pages.ui.widgets import canvas

BAR = pen_path((150, 210), (270, 210))  # across a seven


@pytest.fixture
def my_drawings(only_small_set, nothing_trains, clicks):
    """A function that opens the view with these labels' drawings kept."""

    def open_with(*labels):
        for drawing in hands.drawings(1, labels):
            drawing_store.keep(drawing.label, drawing.strokes, "reader", "9")
        return open_page("data", {"look": "My drawings"})

    return open_with


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def kept_labels():
    return [kept.drawing.label for kept in drawing_store.load().drawings]


def test_one_tap_on_the_right_digit_keeps_the_drawing_with_what_was_read(draw):
    app = press(draw(SEVEN), "it_is_1")
    (kept,) = drawing_store.load().drawings
    assert (kept.drawing.label, kept.model, kept.read_as) == (1, "reader", "7")
    assert np.allclose(kept.drawing.strokes[0], [point[1:] for point in SEVEN["path"]])
    assert "Kept as a 1." in texts(app)


def test_nothing_is_kept_unless_it_is_asked_for(draw):
    draw(SEVEN).run()
    assert kept_labels() == []


def test_the_next_drawing_can_be_corrected_too(draw, drawn):
    app = press(draw(SEVEN), "it_is_1")
    drawn.append(BAR)
    press(app.run(), "it_is_7")
    assert kept_labels() == [1, 7]


def test_a_number_of_several_digits_is_not_kept_as_one(draw):
    written = place(written_numbers.write("42", gaps=(0.3, 0.5)).strokes, canvas.SIDE, 0.85)
    app = draw(*(pen_path(*stroke.tolist(), width=20) for stroke in written))
    assert not [button for button in app.button if (button.key or "").startswith("it_is")]


@pytest.mark.parametrize("paths", [(), (SEVEN, eraser_path((10, 10), (20, 20)))])
def test_an_empty_canvas_or_one_with_an_eraser_offers_no_correction(draw, paths):
    app = draw(*paths)
    assert not [button for button in app.button if (button.key or "").startswith("it_is")]


def test_without_drawings_the_page_says_how_to_keep_one(my_drawings):
    assert "You have kept no drawings." in texts(my_drawings())


def test_the_newest_comes_first_with_what_it_was_read_as(my_drawings):
    app = my_drawings(3, 5)
    assert gallery_captions(app) == ["5 read as 9", "3 read as 9"]
    assert image_alts(app)[0] == "Your 5, read as 9 by reader."


def test_a_click_offers_to_delete_that_one(my_drawings, clicks):
    app = my_drawings(3, 5)
    clicks.click(app, "my-drawings", 1)
    press(app, "delete_drawing")
    assert kept_labels() == [5]


def test_all_can_be_deleted(my_drawings):
    app = press(my_drawings(3, 5), "delete_drawings")
    assert kept_labels() == []
    assert "You have kept no drawings." in texts(app)


def test_a_damaged_line_is_said(my_drawings, home):
    drawing_store.keep(3, hands.drawings(1, (3,))[0].strokes)
    with (home / "drawings.jsonl").open("a") as file:
        file.write("damaged\n")
    assert "A line of your drawings can't be read" in texts(my_drawings())


def test_learn_my_hand_queues_a_run_with_the_drawings_and_follows_it(my_drawings):
    app = my_drawings(*range(10))
    press(app, "learn_hand")
    (run,) = run_store.all_runs()
    assert run.name == "my hand"
    assert run.status()["adapts"]["name"] == "classic"
    lines = (run.folder / request.NAME).read_bytes()
    assert [drawing.label for drawing in parse_drawings(lines, "mine")] == list(range(10))
    assert app.session_state["session"].follower.run == run


def test_a_name_that_is_none_is_said_and_nothing_is_queued(my_drawings):
    app = my_drawings(1)
    app.text_input(key="hand_name").set_value("../x").run()
    press(app, "learn_hand")
    assert run_store.all_runs() == []
    assert [error.value for error in app.error]


def test_the_runs_page_says_what_a_hand_was_learned_from(my_drawings):
    press(my_drawings(1, 2), "learn_hand")
    page = choose_runs(open_page("runs"), "my hand")
    assert "It begins as classic and learns a hand from 2 drawings." in texts(page)


def test_what_is_no_digit_is_kept_as_that_and_shown(draw, clicks):
    app = press(draw(SEVEN), "it_is_none")
    assert kept_labels() == [NON_DIGIT]
    assert "Kept as no digit." in texts(app)
    page = open_page("data", {"look": "My drawings"})
    assert gallery_captions(page) == ["no digit read as 7"]
    assert "1 of them is no digit: it learns to be unsure of such." in texts(page)
