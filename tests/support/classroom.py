"""A class: visitors who each draw a digit every two seconds, and the answers they get.

The digits are those that the program writes itself, each visitor's by a writer of their own, at
random places and sizes. A stroke is sent when the pen goes up, as the canvas does; before the next
digit the canvas is cleared, which in a browser, too, is two requests.

A stroke is known by who drew it, and when: from that follow its pen path, the image of the drawing
so far, and what the reader makes of it. So an answer that is lost, or somebody else's, is named.
"""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import fabric
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


class Stroke(NamedTuple):
    """Which stroke, of all that a class draws."""

    person: int
    turn: int  # of that person's digits
    number: int  # in the digit, from 0

    def __str__(self) -> str:
        return f"person {self.person}, digit {self.turn}, stroke {self.number + 1}"

    def image(self) -> np.ndarray:
        """What the network has to see of the digit once this stroke is drawn: uint8 (28, 28)."""
        so_far = digit_strokes(self.person, self.turn)[: self.number + 1]
        state = CanvasState(paths=[fabric.stroke(points, canvas.PEN_WIDTH) for points in so_far])
        return mnist_rule.to_mnist(canvas.picture(state))


@dataclass
class ClassResult:
    """What happened while a class drew."""

    sent: list[Stroke] = field(default_factory=list)
    answers: dict[Stroke, Answer] = field(default_factory=dict)  # in the order they came in
    failures: list[str] = field(default_factory=list)  # why somebody drew no more
    errors: list[str] = field(default_factory=list)  # exceptions and errors on anybody's page

    def waits(self) -> np.ndarray:
        """Seconds from sending to the answer, of each that came."""
        return np.array([answer.seconds for answer in self.answers.values()])

    def find_lost(self) -> list[str]:
        """A line for each stroke that was sent and not answered, and for why nobody asked again."""
        lost = [stroke for stroke in self.sent if stroke not in self.answers]
        return [*(f"{stroke}: no answer" for stroke in lost), *self.failures]


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
            for number, points in enumerate(digit_strokes(person, turn)):
                time.sleep(STROKE_SECONDS)
                stroke = Stroke(person, turn, number)
                result.sent.append(stroke)
                result.answers[stroke] = visitor.draw(points)
        except Exception as error:
            result.failures.append(f"person {person}, digit {turn}: {error!r}")
            return
        start, turn = max(start + DIGIT_INTERVAL, time.perf_counter()), turn + 1


def find_mixed_up(result: ClassResult) -> list[str]:
    """A line for each answer that is not THE answer to its stroke: whose it is, or how it differs.

    What is expected is computed here, of the strokes as they were to be drawn. The image tells one
    drawing from any other; the bars are those of any but the surest.
    """
    images = {stroke: stroke.image() for stroke in result.sent}
    urls = {answer.data_url(image): stroke for stroke, image in images.items()}
    assert len(urls) == len(images), "Two strokes can't be told apart: they have the same image."
    reader, lines = Classifier.load("reader"), []
    for stroke, given in result.answers.items():
        probabilities = reader.probabilities(images[stroke][None])[0]
        bars = np.array(given.shares)
        is_near = bars.shape == (10,) and np.abs(bars - 100 * probabilities).max() < 0.06
        digit = answer.digit_read(probabilities, images[stroke])
        read = answer.NONE[0] if digit is None else str(digit)
        whose = urls.get(given.seen, "a drawing that nobody made")
        if whose != stroke:
            lines.append(f"{stroke}: the answer to {whose}")
        elif not (is_near and given.digit == read):
            expected = f"{read} {np.round(100 * probabilities, 1)} expected"
            lines.append(f"{stroke}: {expected}, {given.digit} {given.shares} received")
    return lines
