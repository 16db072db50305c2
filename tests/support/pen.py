"""Strokes by mouse, pen or fingers in a real browser, and what the page makes of them.

Strokes are lists of (x, y) in shares of the canvas, x right, y down.
"""

import itertools
import math
import re

CANVAS = "canvas.upper-canvas"
# On Draw: its style has come and its last part stands, so that nothing moves the canvas any more
LAID_OUT = """() => {
    const board = document.querySelector('.st-key-board');
    return !board || (getComputedStyle(board).display === 'grid'
        && document.querySelector('.st-key-three_steps button'));
}"""
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


class Pointer:
    """A mouse or a pen above a tab's canvas."""

    def __init__(self, tab, kind: str = "mouse"):
        self._send = tab.context.new_cdp_session(tab).send
        self._box = _box_of_canvas(tab)
        self._kind, self._place, self._held = kind, {}, []

    def move(self, *places) -> None:
        for x, y in places:
            self._place = _on_screen(self._box, x, y)
            self._dispatch("mouseMoved", self._held[0] if self._held else "none")

    def begin(self, place) -> None:
        self.move(place)
        self.down()

    def down(self, button: str = "left") -> None:
        self._held.append(button)
        self._dispatch("mousePressed", button)

    def up(self, button: str = "left") -> None:
        self._held.remove(button)
        self._dispatch("mouseReleased", button)

    def _dispatch(self, kind, button):
        buttons = sum({"left": 1, "right": 2, "middle": 4}[held] for held in self._held)
        event = {"type": kind, "button": button, "buttons": buttons, "pointerType": self._kind}
        self._send("Input.dispatchMouseEvent", {**event, **self._place, "clickCount": 1})


class Fingers:
    """Fingers on a tab's canvas, each known by its number."""

    def __init__(self, tab):
        self._send = tab.context.new_cdp_session(tab).send
        self._box = _box_of_canvas(tab)
        self._places = {}

    def down(self, place, finger: int = 0) -> None:
        self._places[finger] = place
        self._dispatch("touchStart", self._places)

    def move(self, *places, finger: int = 0) -> None:
        for place in places:
            self._places[finger] = place
            self._dispatch("touchMove", self._places)

    def up(self, finger: int = 0) -> None:
        self._dispatch("touchEnd", {finger: self._places.pop(finger)})

    def cancel(self) -> None:
        """The system takes all touches for something else, such as a palm or a gesture."""
        self._places = {}
        self._dispatch("touchCancel", {})

    def _dispatch(self, kind, places):
        points = [
            {"id": finger, **_on_screen(self._box, *place)} for finger, place in places.items()
        ]
        self._send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def wait_for_canvas(tab) -> None:
    """Wait until what a pen does on the canvas is followed as it should be."""
    tab.locator(".st-key-pad[role=img]").wait_for()
    tab.wait_for_function(LAID_OUT)


def _box_of_canvas(tab) -> dict:
    canvas = tab.locator(CANVAS).element_handle()
    canvas.wait_for_element_state("stable")
    return canvas.bounding_box()


def _on_screen(box, x, y) -> dict:
    return {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}


def draw(tab, strokes, kind: str = "mouse") -> None:
    """Draw with the mouse, or with a pen."""
    pointer = Pointer(tab, kind)
    for stroke in strokes:
        first, *rest = along(stroke)
        pointer.begin(first)
        pointer.move(*rest)
        pointer.up()


def touch(tab, strokes) -> None:
    """Draw with a finger."""
    fingers = Fingers(tab)
    for stroke in strokes:
        first, *rest = along(stroke)
        fingers.down(first)
        fingers.move(*rest)
        fingers.up()


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
