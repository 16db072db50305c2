"""The Data page in a real browser: a class, what is read wrongly, a digit being written."""

import base64
import io

import numpy as np
import pen
import pytest
from PIL import Image

from mnist_core.data import animation

FETCH = """async url => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return btoa(Array.from(bytes, b => String.fromCharCode(b)).join(''));
}"""
MOVING = ".st-key-written [data-testid=stImage] img"
CHANGED = "([found, was]) => document.querySelector(found).getAttribute('src') != was"


@pytest.fixture
def look(tab, app):
    """A function that opens a view of the Data page."""

    def go(query):
        tab.goto(f"{app.url}/data?{query}")
        return tab

    return go


def test_a_class_and_what_is_read_wrongly_of_it(look):
    page = look("by=classic")  # the reader takes five times as long to read all there are
    page.locator(".gallery figure").first.wait_for()
    page.locator(".st-key-digit").get_by_text("4", exact=True).click()
    page.locator(".gallery img[alt^='A 4,']").first.wait_for()
    page.locator(".gallery img:not([alt^='A 4,'])").first.wait_for(state="detached")
    assert "digit=4" in page.url

    page.locator(".st-key-mistakes label").click()
    page.get_by_text("of them wrongly").wait_for()
    page.locator(".gallery figcaption", has_text="read as").first.wait_for()
    assert page.locator(".gallery img:not([alt*='read as'])").count() == 0


def test_a_slider_redraws_the_digit(look):
    page = look("look=Pen+model")
    before = page.locator(MOVING).get_attribute("src")
    handle = page.locator(".st-key-hand-slant input[type=range]")
    handle.focus()
    for _ in range(5):
        handle.press("ArrowRight")
    page.wait_for_function(CHANGED, arg=[MOVING, before])


def fetch_image(tab) -> Image.Image:
    """The picture of the digit being written, as the browser has it."""
    url = tab.locator(MOVING).evaluate("image => image.src")
    return Image.open(io.BytesIO(base64.b64decode(tab.evaluate(FETCH, url))))


def count_ink(picture: Image.Image) -> int:
    """How many pixels are bright."""
    return int((np.asarray(picture.convert("L")) > 128).sum())


def ink(tab) -> int:
    """How many pixels of the digit being written are bright just now."""
    return count_ink(Image.open(io.BytesIO(tab.locator(MOVING).screenshot())))


def test_the_animation_reaches_the_browser_as_it_was_made(look):
    tab = look("look=Pen+model")
    file = fetch_image(tab)
    assert (file.format, file.n_frames) == ("GIF", animation.FRAMES)
    assert file.width == tab.locator(MOVING).evaluate("image => image.clientWidth")


def test_the_digit_is_seen_being_written_and_stays(look):
    tab = look("look=Pen+model")
    for _ in range(5):  # a busy machine may look too late
        before = tab.locator(MOVING).get_attribute("src")
        tab.locator(".st-key-again button").click()
        tab.wait_for_function(CHANGED, arg=[MOVING, before])
        tab.locator(MOVING).evaluate("image => image.decode()")  # until then the old one is seen
        seen = [ink(tab) for _ in range(6)]
        if len(set(seen)) > 2 and seen == sorted(seen):
            break
    assert len(set(seen)) > 2
    assert seen == sorted(seen)
    file = fetch_image(tab)
    assert "loop" not in file.info  # it plays once
    file.seek(animation.FRAMES - 1)
    finished = count_ink(file)
    while ink(tab) < 0.95 * finished:  # the last picture; pytest's time limit ends this
        tab.wait_for_timeout(50)


def test_a_phone_has_no_sideways_scroll_on_any_view(phone_tab, app):
    for view, there in (
        ("Digits", ".gallery"),
        ("Averages", ".ten"),
        ("Writers", ".columns"),
        ("Pen+model", MOVING),
    ):
        phone_tab.goto(f"{app.url}/data?look={view}")
        phone_tab.locator(there).first.wait_for()
        wide = phone_tab.locator("[data-testid=stMain]").evaluate(
            "m => m.scrollWidth - m.clientWidth"
        )
        assert wide <= 0, view


def test_a_finger_draws_a_test_set_one_digit_after_the_other(phone_tab, fresh_app):
    phone_tab.goto(f"{fresh_app.url}/data?look=My+test&each=1")
    heading = phone_tab.locator(".st-key-prompt h2")
    asked = []
    for _ in range(2):
        pen.wait_for_canvas(phone_tab)
        asked.append(heading.inner_text())
        pen.touch(phone_tab, pen.SEVEN)
        phone_tab.locator(".st-key-pad[aria-label='Canvas with 1 stroke.']").wait_for()
        phone_tab.locator(".st-key-next button").tap()
        phone_tab.locator(".st-key-pad[aria-label^='Empty canvas']").wait_for()
        heading.filter(has_not_text=asked[-1]).wait_for()
    assert len(set(asked)) == 2
    phone_tab.locator(".gallery figure").nth(1).wait_for()
    kept = [figure.inner_text() for figure in phone_tab.locator(".gallery figure").all()]
    assert kept == [words.split()[-1] for words in asked[::-1]]
