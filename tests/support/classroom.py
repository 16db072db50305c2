"""A class at its desks: visitors who each draw a digit every two seconds, and what they were told.

The digits are those that the program writes itself, each person's in a hand of their own, at a
place and size of their own. A stroke is sent when the pen goes up, as the canvas does; before the
next digit the canvas is cleared, which in a browser, too, is two requests.
"""

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from visitor import Answer, Visitor

from mnist_core.data import synthesis, writers
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from mnist_core.strokes.rasterize import place
from pages.ui.app.identity import COOKIE, SECRET_BYTES
from pages.ui.state.session import CanvasState
from pages.ui.widgets import answer, canvas

EVERY = 2.0  # seconds from one digit to the next
STROKE = 0.3  # seconds that a hand takes for a stroke
STAYS = 30  # digits until a person loads the page anew; the server has to forget the old session
DRAW = "/?model=reader"  # without a name, the newest model of the server's reads
RUN = "/train?data={data}&recipe.epochs=200&network.blocks.0.filters=32"  # goes on for long


class Told(NamedTuple):
    """One stroke of one person's, and what came of it."""

    user_id: int
    paths: list[dict]  # all that was on that person's canvas, as Fabric.js objects
    answer: Answer
    at: float  # seconds since the class began


@dataclass
class Lesson:
    """What happened while the class drew."""

    told: list[Told] = field(default_factory=list)
    sent: int = 0  # strokes
    lost: list[str] = field(default_factory=list)  # strokes without an answer, and why
    faults: list[str] = field(default_factory=list)  # exceptions and errors on anybody's page

    def waits(self, since: float = 0.0, until: float = np.inf) -> np.ndarray:
        """Seconds from sending to the answer, of the strokes sent in that time."""
        return np.array([one.answer.seconds for one in self.told if since <= one.at < until])


def digit(person: int, turn: int) -> list[np.ndarray]:
    """The strokes of one digit by this person: (k, 2) arrays in pixels of the page's canvas."""
    dice = np.random.default_rng([6, person, turn])
    who = writers.writer(6, person)
    label = int(dice.integers(10))
    trace = synthesis.write_digit(label, writers.choose_form(who, label, dice), who, dice)
    at = canvas.SIDE * dice.uniform(0.45, 0.55, 2)
    return place(trace.strokes, canvas.SIDE, dice.uniform(0.5, 0.75), at)


def somebody(url: str) -> Visitor:
    """A browser that a server for many people knows again when its page is loaded anew."""
    return Visitor(url, {COOKIE: secrets.token_urlsafe(SECRET_BYTES)})


def come_in(url: str, people: int) -> list[Visitor]:
    """This many visitors on the Draw page of a server that has loaded its networks."""
    visitors = [somebody(url).open(DRAW) for _ in range(people)]
    for visitor in visitors:
        visitor.wait(lambda visitor=visitor: visitor.has("others"), 120)
    return visitors


def start_run(visitor: Visitor, data: str, seconds: float = 120) -> None:
    """Start a training from the Train page, see it train, and go back to drawing."""
    visitor.open(RUN.format(data=data))
    visitor.press("start")
    visitor.wait(lambda: "of 200" in visitor.text(), seconds)
    visitor.open(DRAW)


def stop_run(visitor: Visitor, seconds: float = 60) -> None:
    """Stop that training from the Train page: it would outlive the server."""
    visitor.open("/train")
    visitor.press("stop")
    visitor.wait(lambda: not visitor.has("stop"), seconds)


def draw_together(visitors: list[Visitor], seconds: float, first_turn: int = 0) -> Lesson:
    """Everybody draws for this long; digits that have begun are finished."""
    lesson, begin = Lesson(), time.perf_counter() + 0.5
    seats = [
        threading.Thread(target=_draw, args=(visitor, person, lesson, begin, seconds, first_turn))
        for person, visitor in enumerate(visitors)
    ]
    for seat in seats:
        seat.start()
    for seat in seats:
        seat.join()
    for person, visitor in enumerate(visitors):
        found = [*visitor.faults, *visitor.errors()]
        lesson.faults += [f"Person {person}: {fault}" for fault in found]
    return lesson


def _draw(visitor, person, lesson, begin, seconds, first_turn):
    start = begin + EVERY * np.random.default_rng(person).random()
    turn = first_turn
    while start < begin + seconds:
        _sleep_until(start)
        try:
            if turn % STAYS == person % STAYS:
                visitor.open(DRAW)
            elif len(visitor.paths()) > 1:
                visitor.clear()
            for stroke in digit(person, turn):
                time.sleep(STROKE)
                lesson.sent += 1
                at = time.perf_counter() - begin
                told = visitor.draw(stroke)
                lesson.told.append(Told(person, visitor.paths()[1:], told, at))
        except (TimeoutError, ConnectionError, KeyError) as fault:
            lesson.lost.append(f"Person {person}, digit {turn}: {fault!r}")
            return
        start, turn = max(start + EVERY, time.perf_counter()), turn + 1


def _sleep_until(moment):
    time.sleep(max(0.0, moment - time.perf_counter()))


def mixed_up(lesson: Lesson) -> list[str]:
    """The answers that were not THE answer to that person's own drawing, and how they differ.

    The library is asked what the image of each drawing is, and what the reader makes of it. The
    image tells one drawing from any other, the bars from any but the surest.
    """
    reader, found = Classifier.load("reader"), []
    for one in lesson.told:
        image = mnist_rule.to_mnist(canvas.picture(CanvasState(paths=one.paths)))
        probabilities = reader.probabilities(image[None])[0]
        bars = np.array(one.answer.shares)
        near = bars.shape == (10,) and np.abs(bars - 100 * probabilities).max() < 0.06
        best = probabilities[int(one.answer.digit)] if one.answer.digit.isdecimal() else 0.0
        same = one.answer.seen == answer.data_url(image)
        if not (same and near and best > probabilities.max() - 1e-3):
            expected = f"{np.argmax(probabilities)} {np.round(100 * probabilities, 1)}"
            came = f"{one.answer.digit} {one.answer.shares}"
            image_words = "its own image" if same else "another image"
            found.append(f"Person {one.user_id}: {image_words}, {expected} expected, {came} came")
    return found
