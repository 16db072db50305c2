"""Strokes by mouse or finger in a real browser, and what the page makes of them.

Strokes are lists of (x, y) in shares of the canvas, x right, y down.
"""

import itertools
import math
import re

CANVAS = "canvas.upper-canvas"
ONE = [[(0.5, 0.18), (0.5, 0.82)]]
SEVEN = [[(0.3, 0.22), (0.7, 0.22), (0.44, 0.82)]]
FOUR = [[(0.36, 0.2), (0.32, 0.54), (0.7, 0.54)], [(0.62, 0.22), (0.6, 0.84)]]
ZERO = [
    [(0.5 + 0.19 * math.sin(t / 4), 0.5 - 0.3 * math.cos(t / 4)) for t in range(26)]
]  # a full turn, and a little more


def along(stroke, steps=8):
    """The stroke with points between its corners, as a hand moves."""
    for (x0, y0), (x1, y1) in itertools.pairwise(stroke):
        for i in range(steps):
            yield x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
    yield stroke[-1]


def draw(tab, strokes) -> None:
    """Draw with the mouse."""
    box = tab.locator(CANVAS).bounding_box()
    for stroke in strokes:
        for i, (x, y) in enumerate(along(stroke)):
            tab.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if i == 0:
                tab.mouse.down()
        tab.mouse.up()


def touch(tab, strokes) -> None:
    """Draw with a finger."""
    box = tab.locator(CANVAS).bounding_box()
    finger = tab.context.new_cdp_session(tab)

    def send(kind, points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for stroke in strokes:
        for i, (x, y) in enumerate(along(stroke)):
            point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            send("touchMove" if i else "touchStart", [point])
        send("touchEnd", [])


def wait_for_answer(tab, pattern: str, seconds: float = 60) -> str:
    """The answer once it begins with `pattern`, a regular expression."""
    from playwright.sync_api import expect  # late: without it browser tests are left out

    place = tab.locator(".st-key-answer")
    begins = re.compile(rf"^\s*(?:{pattern})")
    expect(place).to_have_text(begins, use_inner_text=True, timeout=1000 * seconds)
    return place.inner_text()


def image_url(tab) -> str:
    """The image that the network sees, as a data URL: another image, another URL."""
    return tab.locator("img.seen").get_attribute("src")


def wait_for_image(tab, url: str) -> None:
    """Wait until the network sees this image."""
    tab.wait_for_function("url => document.querySelector('img.seen').src == url", arg=url)


def wait_for_another_image(tab, url: str) -> str:
    """Wait until the network sees another image than this; its URL."""
    tab.wait_for_function("url => document.querySelector('img.seen').src != url", arg=url)
    return image_url(tab)
