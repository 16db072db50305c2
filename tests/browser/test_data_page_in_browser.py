"""The Data page in a real browser: a class, what is read wrongly, a digit being written."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mnist_core.data import animation

PATIENCE = 120_000  # milliseconds; the built-in digits may have to be written first
FETCH = """async url => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return btoa(Array.from(bytes, b => String.fromCharCode(b)).join(''));
}"""
MOVING = ".st-key-written [data-testid=stImage] img"
CHANGED = "([found, was]) => document.querySelector(found).getAttribute('src') != was"


@pytest.fixture
def look(page, app):
    """A function that opens a view of the Data page."""
    page.set_default_timeout(PATIENCE)

    def go(query):
        page.goto(f"{app.url}/data?{query}")
        return page

    return go


def test_a_class_and_what_is_read_wrongly_of_it(look):
    page = look("")
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


def test_the_animation_reaches_the_browser_as_it_was_made(look):
    page = look("look=Pen+model")
    url = page.locator(MOVING).evaluate("image => image.src")
    file = Image.open(io.BytesIO(base64.b64decode(page.evaluate(FETCH, url))))
    assert (file.format, file.n_frames) == ("GIF", animation.FRAMES)
    assert file.width == page.locator(MOVING).evaluate("image => image.clientWidth")


def ink(page) -> int:
    """How many pixels of the digit being written are bright just now."""
    picture = Image.open(io.BytesIO(page.locator(MOVING).screenshot())).convert("L")
    return int((np.asarray(picture) > 128).sum())


def test_the_digit_is_seen_being_written_and_stays(look):
    page = look("look=Pen+model")
    for _ in range(5):  # a busy machine may look too late
        before = page.locator(MOVING).get_attribute("src")
        page.locator(".st-key-again button").click()
        page.wait_for_function(CHANGED, arg=[MOVING, before])
        page.wait_for_timeout(200)  # the old picture stays until the new one is there
        seen = [ink(page) for _ in range(6)]
        if len(set(seen)) > 2 and seen == sorted(seen):
            break
    assert len(set(seen)) > 2
    assert seen == sorted(seen)
    page.wait_for_timeout(1000 * animation.SECONDS + 1000)
    finished = ink(page)
    assert finished >= seen[-1]
    page.wait_for_timeout(1000)
    assert ink(page) == finished


def test_a_phone_has_no_sideways_scroll_on_any_view(phone, app):
    phone.set_default_timeout(PATIENCE)
    for view, there in (
        ("Digits", ".gallery"),
        ("Averages", ".ten"),
        ("Writers", ".columns"),
        ("Pen+model", MOVING),
    ):
        phone.goto(f"{app.url}/data?look={view}")
        phone.locator(there).first.wait_for()
        wide = phone.locator("[data-testid=stMain]").evaluate("m => m.scrollWidth - m.clientWidth")
        assert wide <= 0, view
