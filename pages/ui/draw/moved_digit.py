"""The digit moved and turned by hand, after MNIST's rule; its answer at each place."""

import functools
import json
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from mnist_core.evaluation import cached_predictions, perturbations
from mnist_core.interpret import smallest_flip
from mnist_core.interpret.smallest_flip import MAX_ROTATION, MAX_SHIFT
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from mnist_core.runs.run import Run
from pages.ui.app import errors
from pages.ui.draw import why
from pages.ui.widgets import answer

KEY = "moved_digit"
HOW = "Drag the digit, or turn it by its handle. To draw on, switch Why? off."
SEARCHES = {"shift": smallest_flip.smallest_shift, "turn": smallest_flip.smallest_rotation}
NO_FLIP = {
    "shift": f"No shift of up to {MAX_SHIFT:g} pixels changes the answer.",
    "turn": f"No turn of up to {MAX_ROTATION}° changes the answer.",
}


class Move(NamedTuple):
    """Where the digit was put, from where MNIST's rule put it."""

    right: float = 0.0  # pixels of the image; below 0 left
    down: float = 0.0  # pixels; below 0 up
    turn: float = 0.0  # degrees, clockwise above 0


class Axis(NamedTuple):
    """One way to move, of three."""

    name: str  # for people
    limit: float  # it goes from -limit to limit
    step: float  # of the hand
    tried: float  # between two places whose answers are shown in advance


AXES = (
    Axis("right", MAX_SHIFT, 0.5, 1),
    Axis("down", MAX_SHIFT, 0.5, 1),
    Axis("turn", MAX_ROTATION, 1, 6),
)


@functools.cache
def _component():
    """Late, because a component can't be made outside a running app."""
    folder = Path(__file__).parent
    return st.components.v2.component(
        KEY,
        html='<div class="mover"></div>',
        js=(folder / "moved_digit.js").read_text(),
        css=(folder / "moved_digit.css").read_text(),
        isolate_styles=False,
    )


class Explained(NamedTuple):
    """A drawing and its answer: what doesn't change while it is moved."""

    image: np.ndarray  # uint8 (28, 28), as MNIST's rule makes it
    before: int  # the digit that is read
    note: str  # a sentence more on the drawing
    sent: dict  # to the browser, with every answer


def explain(classifier: Classifier, picture: np.ndarray, image: np.ndarray, note: str) -> Explained:
    """Colour the ink, and find where the image lies on it.

    Args:
        picture: what is on the canvas, uint8 (h, w), not blank.
        image: what MNIST's rule makes of it, uint8 (28, 28).
    """
    before = int(classifier.probabilities(image[None])[0].argmax())
    ink = why.colour_ink(classifier, picture, image)
    sent = {
        "of": _image_id(image),
        "before": before,
        "ink": answer.data_url(ink.picture),
        "meaning": f"{ink.meaning} {HOW}",
        "frame": [value / len(picture) for value in mnist_rule.image_frame(picture)],
        "axes": [axis._asdict() for axis in AXES],
    }
    return Explained(image, before, note, sent)


@st.fragment
@errors.guard
def show(model: Run, classifier: Classifier, explained: Explained) -> None:
    """The answer for the digit where it was put, and what moves it. A move reruns this alone."""
    image, before, note, data = explained
    sent = _sent(image)
    moved = move_image(image, sent.move)
    probabilities = classifier.probabilities(moved[None])[0]
    with st.container(key="answer"):
        answer.show_answer(probabilities, moved, note)
    flip, words = _asked_flip(model, classifier, image)
    done = describe(sent.move, before, answer.digit_read(probabilities, moved))
    state = data | {
        "acknowledged": sent.number,
        "words": words or done or data["meaning"],
        "flip": flip,
        "strips": _strips(model, classifier, image, sent.move) if sent.rests else None,
    }
    with st.container(key="mover"):
        _component()(
            data={"state": json.dumps(state, separators=(",", ":"))},  # a dict would load pandas
            key=KEY,
            on_move_change=lambda: None,
            on_smallest_change=lambda: None,
        )


class _Sent(NamedTuple):
    """What the browser said last."""

    move: Move = Move()
    number: int = 0  # of the message
    rests: bool = True  # the hand has let go


def _message(name: str) -> Any:
    """What the browser said last; of "smallest" only what it said just now."""
    return getattr(st.session_state.get(KEY), name, None)


def _image_id(image: np.ndarray) -> int:
    return zlib.crc32(image.tobytes())


def _sent(image: np.ndarray) -> _Sent:
    """The last message if it is about this image: another one begins where the rule put it."""
    message = _message("move")
    if not message or message["of"] != _image_id(image):
        return _Sent()
    numbers = zip(message["move"], AXES, strict=True)
    move = Move(*(float(np.clip(number, -axis.limit, axis.limit)) for number, axis in numbers))
    return _Sent(move, message["number"], message["rests"])


def move_image(image: np.ndarray, move: Move) -> np.ndarray:
    """uint8 (28, 28) -> uint8 (28, 28)."""
    return perturbations.move(image[None], *move)[0] if any(move) else image


def describe(move: Move, before: int, now: int | None) -> str:
    """What was done, and whether that changed the answer; of nothing done an empty sentence.

    Args:
        now: the digit that is read; None where it is none of the ten.
    """
    parts = [
        f"{abs(by):g} pixel{'s' * (abs(by) != 1)} {names[by > 0]}"
        for by, names in ((move.right, ("left", "right")), (move.down, ("up", "down")))
        if by
    ]
    done = [f"moved {' and '.join(parts)}"] * bool(parts)
    if move.turn:
        done.append(f"turned {abs(move.turn):g}° {('anticlockwise', 'clockwise')[move.turn > 0]}")
    if not done:
        return ""
    became = "none of the ten" if now is None else f"a {now}"
    verdict = f"still {became}" if now == before else f"the {before} became {became}"
    return f"{', '.join(done).capitalize()}: {verdict}."


def _asked_flip(model, classifier, image) -> tuple[Move | None, str]:
    """The smallest move of the kind that was asked for just now; or that there is none."""
    kind = _message("smallest")
    if kind not in SEARCHES:
        return None, ""
    fingerprint = cached_predictions.model_fingerprint(model)
    move = _smallest(fingerprint, image.tobytes(), kind, classifier)
    return move, "" if move else NO_FLIP[kind]


@st.cache_data(max_entries=100, show_spinner=False)
def _smallest(fingerprint: str, image: bytes, kind: str, _classifier: Classifier) -> Move | None:
    flip = SEARCHES[kind](_classifier, np.frombuffer(image, np.uint8).reshape(28, 28))
    return Move(flip.right, flip.down, flip.rotation) if flip else None


def _strips(model, classifier, image, move: Move) -> list[list[int]]:
    """The answers along each axis through this place, from its lowest value to its highest."""
    fingerprint = cached_predictions.model_fingerprint(model)
    return [
        _answers(
            fingerprint, image.tobytes(), number, move._replace(**{axis.name: 0.0}), classifier
        )
        for number, axis in enumerate(AXES)
    ]


@st.cache_data(max_entries=300, show_spinner=False)
def _answers(
    fingerprint: str, image: bytes, number: int, move: Move, _classifier: Classifier
) -> list[int]:
    """The digits read at the places of one axis; `move` is 0 along it."""
    axis, pixels = AXES[number], np.frombuffer(image, np.uint8).reshape(28, 28)
    places = np.arange(-axis.limit, axis.limit + axis.tried, axis.tried).tolist()
    images = [move_image(pixels, move._replace(**{axis.name: place})) for place in places]
    return _classifier.probabilities(np.stack(images)).argmax(1).tolist()
