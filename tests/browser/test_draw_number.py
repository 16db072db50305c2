"""A number on the Draw page in a real browser: boxes on it, digits to click, a wide canvas."""

import pen
import pytest

FOUR = [[(0.12, 0.3), (0.08, 0.52), (0.36, 0.53)], [(0.29, 0.3), (0.28, 0.75)]]
IS_WIDE = """() => {
    const { width, height } = document.querySelector('.st-key-pad').getBoundingClientRect();
    return Math.abs(width / height - 2) < .02;
}"""
TWO = [[(0.56, 0.36), (0.68, 0.27), (0.78, 0.36), (0.56, 0.72), (0.86, 0.72)]]


@pytest.fixture
def number(page):
    """A tab with a 42 on its canvas."""
    pen.draw(page, FOUR + TWO)
    pen.wait_for_answer(page, "42")
    return page


def aspect(tab) -> float:
    """The canvas' width through its height."""
    box = tab.locator(".st-key-pad").bounding_box()
    return box["width"] / box["height"]


def test_a_click_on_a_digit_shows_its_image_and_marks_its_box(number):
    first = pen.image_url(number)
    number.locator(".digits img").nth(1).click()
    pen.wait_for_another_image(number, first)
    number.locator(".boxes i:nth-child(2).chosen").wait_for()
    number.locator(".digits img").nth(0).click()
    pen.wait_for_image(number, first)


def test_each_box_lies_on_its_digit(number):
    number.locator(".boxes i:nth-child(2)").wait_for()
    pad = number.locator(".st-key-pad").bounding_box()
    for place, strokes in ((1, FOUR), (2, TWO)):
        box = number.locator(f".boxes i:nth-child({place})").bounding_box()
        xs = [x for stroke in strokes for x, _ in stroke]
        left, right = ((box["x"] - pad["x"] + w) / pad["width"] for w in (0, box["width"]))
        assert min(xs) - 0.08 < left < min(xs) and max(xs) < right < max(xs) + 0.08


def test_a_wide_canvas_keeps_the_number_and_is_drawn_on_all_over(number):
    assert aspect(number) == pytest.approx(1, abs=0.02)
    number.locator(".st-key-wide button").click()
    number.wait_for_function(IS_WIDE)
    number.locator(".st-key-wide button", has_text="Square").wait_for()
    pen.wait_for_answer(number, "42")
    pen.draw(number, [[(0.9, 0.3), (0.9, 0.74)]])
    pen.wait_for_answer(number, "421")
    number.locator(".st-key-clear button").click()
    pen.wait_for_answer(number, "Draw")
    assert number.locator(".boxes").count() == 0


def test_on_a_phone_a_wide_canvas_takes_the_full_width(phone):
    side = phone.locator(".st-key-pad").bounding_box()
    phone.locator(".st-key-wide button").click()
    phone.locator(".st-key-wide button", has_text="Square").wait_for()
    phone.wait_for_function(IS_WIDE)
    box = phone.locator(".st-key-pad").bounding_box()
    assert box["width"] == pytest.approx(side["width"], abs=1)
    pen.draw(phone, [[(x / 2 + 0.1, y) for x, y in stroke] for stroke in FOUR + TWO])
    pen.wait_for_answer(phone, "42")


def test_a_wide_drawing_is_whole_on_inside_in_the_place_of_a_square_one(number):
    number.locator(".st-key-wide button").click()
    number.wait_for_function(IS_WIDE)
    number.get_by_role("link", name="Inside").first.click()
    number.locator(".st-key-seen img.seen").wait_for()
    number.locator(".st-key-pad[role=img]").wait_for()
    number.wait_for_function(IS_WIDE)
    assert number.locator(".st-key-pad").bounding_box()["width"] < 340
