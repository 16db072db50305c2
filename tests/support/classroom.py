"""A class: visitors who each draw a digit every two seconds, and the answers they get.

The digits are those that the program writes itself, each visitor's by a writer of their own, at
random places and sizes. A stroke is sent when the pen goes up, as the canvas does; before the next
digit the canvas is cleared, which in a browser, too, is two requests.
"""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
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

DIGIT_INTERVAL = 2.0  # seconds from one digit to the next
STROKE_SECONDS = 0.3  # seconds that a person takes for a stroke
DIGITS_PER_VISIT = 30  # then the page is loaded anew; the server has to drop the old session
DRAW_PATH = "/?model=reader"  # without a name, the newest model of the server's reads
TRAIN_PATH = "/train?data={data}&recipe.epochs=200&network.blocks.0.filters=32"  # goes on for long


class DrawnStroke(NamedTuple):
    """A stroke that somebody drew, and the answer to it."""

    person: int
    paths: list[dict]  # all that was on that person's canvas, as Fabric.js objects
    answer: Answer
    at: float  # seconds since the class began


@dataclass
class ClassResult:
    """What happened while a class drew."""

    strokes: list[DrawnStroke] = field(default_factory=list)
    sent: int = 0  # strokes
    lost: list[str] = field(default_factory=list)  # strokes without an answer, and why
    errors: list[str] = field(default_factory=list)  # exceptions and errors on anybody's page

    def waits(self, since: float = 0.0, until: float = np.inf) -> np.ndarray:
        """Seconds from sending to the answer, of the strokes sent in that time."""
        return np.array([s.answer.seconds for s in self.strokes if since <= s.at < until])


def digit_strokes(person: int, turn: int) -> list[np.ndarray]:
    """The strokes of one digit by this person: (k, 2) arrays in pixels of the page's canvas."""
    rng = np.random.default_rng([6, person, turn])
    writer = writers.writer(6, person)
    label = int(rng.integers(10))
    trace = synthesis.write_digit(label, writers.choose_form(writer, label, rng), writer, rng)
    at = canvas.SIDE * rng.uniform(0.45, 0.55, 2)
    return place(trace.strokes, canvas.SIDE, rng.uniform(0.5, 0.75), at)


def new_visitor(url: str) -> Visitor:
    """A browser that a server for many knows again when its page is loaded anew."""
    return Visitor(url, {COOKIE: secrets.token_urlsafe(SECRET_BYTES)})


def open_visitors(url: str, people: int) -> list[Visitor]:
    """This many visitors on the Draw page of a server that has loaded its networks."""
    visitors = [new_visitor(url).open(DRAW_PATH) for _ in range(people)]
    for visitor in visitors:
        visitor.wait(lambda visitor=visitor: visitor.has("others"), 120)
    return visitors


def start_run(visitor: Visitor, data: str, seconds: float = 120) -> None:
    """Start a training from the Train page, see it train, and go back to drawing."""
    visitor.open(TRAIN_PATH.format(data=data))
    visitor.press("start")
    visitor.wait(lambda: "of 200" in visitor.text(), seconds)
    visitor.open(DRAW_PATH)


def stop_run(visitor: Visitor, seconds: float = 60) -> None:
    """Stop that training from the Train page: it would outlive the server."""
    visitor.open("/train")
    visitor.press("stop")
    visitor.wait(lambda: not visitor.has("stop"), seconds)


def draw_all(visitors: list[Visitor], seconds: float, first_turn: int = 0) -> ClassResult:
    """Everybody draws for this long; digits that have begun are finished."""
    result, begin = ClassResult(), time.perf_counter() + 0.5
    with ThreadPoolExecutor(len(visitors)) as threads:
        for person, visitor in enumerate(visitors):
            threads.submit(_draw, visitor, person, result, begin, seconds, first_turn)
    for person, visitor in enumerate(visitors):
        errors = [*visitor.failures, *visitor.error_boxes()]
        result.errors += [f"Person {person}: {error}" for error in errors]
    return result


def _draw(visitor, person, result, begin, seconds, first_turn):
    start = begin + DIGIT_INTERVAL * np.random.default_rng(person).random()
    turn = first_turn
    while start < begin + seconds:
        time.sleep(max(0.0, start - time.perf_counter()))
        try:
            if turn % DIGITS_PER_VISIT == person % DIGITS_PER_VISIT:
                visitor.open(DRAW_PATH)
            elif len(visitor.paths()) > 1:
                visitor.clear()
            for stroke in digit_strokes(person, turn):
                time.sleep(STROKE_SECONDS)
                result.sent += 1
                at = time.perf_counter() - begin
                answer = visitor.draw(stroke)
                result.strokes.append(DrawnStroke(person, visitor.paths()[1:], answer, at))
        except Exception as error:
            result.lost.append(f"Person {person}, digit {turn}: {error!r}")
            return
        start, turn = max(start + DIGIT_INTERVAL, time.perf_counter()), turn + 1


def find_mixed_up(result: ClassResult) -> list[str]:
    """The answers that were not THE answer to that person's own drawing, and how they differ.

    The library says what the image of each drawing is, and what the reader makes of it. The image
    tells one drawing from any other, the bars from any but the surest.
    """
    reader, mixed_up = Classifier.load("reader"), []
    for stroke in result.strokes:
        given = stroke.answer
        image = mnist_rule.to_mnist(canvas.picture(CanvasState(paths=stroke.paths)))
        probabilities = reader.probabilities(image[None])[0]
        bars = np.array(given.shares)
        is_near = bars.shape == (10,) and np.abs(bars - 100 * probabilities).max() < 0.06
        best = probabilities[int(given.digit)] if given.digit.isdecimal() else 0.0
        is_own = given.seen == answer.data_url(image)
        if not (is_own and is_near and best > probabilities.max() - 1e-3):
            expected = f"{np.argmax(probabilities)} {np.round(100 * probabilities, 1)} expected"
            received = f"{given.digit} {given.shares} received"
            which = "its own image" if is_own else "another image"
            mixed_up.append(f"Person {stroke.person}: {which}, {expected}, {received}")
    return mixed_up
