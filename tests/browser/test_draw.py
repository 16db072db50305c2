"""The Draw page in a real browser, with a real pen."""

import base64
import io
import re

import numpy as np
import pen
import pytest
from PIL import Image

DRAWABLE_SECONDS = 6  # the aim is 3, which tests/bench/pen_to_answer.py measures; CI may be busy
VISITORS = 10


@pytest.mark.parametrize(
    ("digit", "strokes"), [("1", pen.ONE), ("7", pen.SEVEN), ("0", pen.ZERO), ("4", pen.FOUR)]
)
def test_a_digit_drawn_with_the_mouse_is_read(page, digit, strokes):
    pen.draw(page, strokes)
    pen.wait_for_answer(page, digit)


def test_a_digit_drawn_with_a_finger_is_read_and_the_page_does_not_scroll(phone):
    before = phone.locator(pen.CANVAS).bounding_box()
    pen.touch(phone, pen.SEVEN)
    pen.wait_for_answer(phone, "7")
    assert phone.locator(pen.CANVAS).bounding_box() == before


def test_a_finger_can_draw_in_every_corner(phone):
    pen.touch(phone, [[(0.03, 0.03), (0.03, 0.97)]])
    pen.wait_for_answer(phone, r"\d")
    url = pen.image_url(phone)
    pen.touch(phone, [[(0.97, 0.03), (0.97, 0.97)]])
    assert count_strokes(pen.wait_for_another_image(phone, url)) == 2


def test_the_page_fits_a_phone(phone):
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 390
    box = phone.locator(pen.CANVAS).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["width"] >= 280


def test_the_page_can_be_drawn_on_in_time(browser, app):
    """The best of a few new visitors, as whatever else the machine does only adds."""
    times = []
    while not times or min(times) >= DRAWABLE_SECONDS:
        assert len(times) < VISITORS, times
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(app.url)
        tab.locator(pen.CANVAS).wait_for()
        times.append(tab.evaluate("performance.now()") / 1000)
        context.close()


def test_what_is_drawn_while_the_network_loads_is_read_when_it_has_loaded(tab, fresh_app):
    tab.goto(fresh_app.url)
    tab.locator(pen.CANVAS).wait_for()
    pen.draw(tab, pen.ONE)
    pen.wait_for_answer(tab, "Loading|1")
    pen.wait_for_answer(tab, "1", seconds=120)


def test_an_empty_canvas_gives_a_hint_and_so_does_clear(page):
    hint = pen.wait_for_answer(page, "Draw")
    pen.draw(page, pen.SEVEN)
    pen.wait_for_answer(page, "7")
    page.locator(".st-key-clear button").click()
    assert pen.wait_for_answer(page, "Draw") == hint
    pen.draw(page, pen.ONE)
    pen.wait_for_answer(page, "1")


def test_undo_takes_the_last_stroke_away_by_touch_too(phone):
    images = [pen.image_url(phone)]
    for stroke in [*pen.ONE, [(0.3, 0.85), (0.75, 0.8)], [(0.2, 0.2), (0.8, 0.2)]]:
        pen.touch(phone, [stroke])
        images.append(pen.wait_for_another_image(phone, images[-1]))
    for image in images[-2::-1]:
        phone.locator(".st-key-undo button").tap()
        pen.wait_for_image(phone, image)
    pen.wait_for_answer(phone, "Draw")


def test_a_stroke_after_undo_adds_to_what_was_left(page):
    pen.draw(page, pen.FOUR[:1])
    pen.wait_for_answer(page, r"\d")
    left = pen.image_url(page)
    pen.draw(page, pen.ONE)
    pen.wait_for_another_image(page, left)
    page.locator(".st-key-undo button").click()
    pen.wait_for_image(page, left)
    pen.draw(page, pen.FOUR[1:])
    pen.wait_for_answer(page, "4")


def test_without_the_rule_a_digit_in_a_corner_stays_there(page):
    pen.draw(page, [[(x / 3, y / 3) for x, y in stroke] for stroke in pen.SEVEN])
    pen.wait_for_answer(page, r"\d")
    by_rule = pen.image_url(page)
    page.get_by_text("Prepare it as MNIST does").click()
    image = image_of(pen.wait_for_another_image(page, by_rule))
    assert image[:14, :14].any()
    assert not image[14:].any()


def test_a_sample_digit_is_read_without_a_pen(page):
    page.locator(".st-key-sample-3 button").click(timeout=90_000)
    pen.wait_for_answer(page, r"\d")
    assert count_strokes(pen.image_url(page)) >= 1


def test_one_click_lets_the_classic_read_the_same_drawing(page):
    pen.draw(page, pen.SEVEN)
    pen.wait_for_answer(page, "7")
    drawn = pen.image_url(page)
    page.get_by_role("button", name="Read by classic").click()
    page.get_by_role("button", name="Read by reader").wait_for()
    pen.wait_for_answer(page, r"\d")
    assert pen.image_url(page) == drawn


def test_the_drawing_is_still_there_after_a_look_at_another_page(page):
    pen.draw(page, pen.SEVEN)
    pen.wait_for_answer(page, "7")
    drawn = pen.image_url(page)
    page.get_by_role("link", name="Runs").first.click()
    page.locator(pen.CANVAS).wait_for(state="detached")
    page.get_by_role("link", name="Draw").first.click()
    pen.wait_for_answer(page, "7")
    assert pen.image_url(page) == drawn
    pen.draw(page, [[(0.2, 0.5), (0.8, 0.5)]])
    pen.wait_for_another_image(page, drawn)


def test_the_app_asks_nothing_of_the_internet(tab, app):
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(app.url)
    tab.locator(pen.CANVAS).wait_for()
    pen.draw(tab, pen.SEVEN)
    pen.wait_for_answer(tab, "7")
    assert not [url for url in asked if not re.match(rf"{app.url}|data:|blob:", url)]


def image_of(url: str) -> np.ndarray:
    """The 28x28 image in a data URL."""
    return np.array(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))))


def count_strokes(url: str) -> int:
    """How many groups of columns with ink an image has, apart from each other."""
    inked = (image_of(url) > 40).any(axis=0)
    return int((inked & ~np.roll(inked, 1)).sum())
