"""How a model's accuracy falls as a test set is moved: a curve for each of the `moves`."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from mnist_core import moves, reports
from mnist_core.data import Digits
from mnist_core.moves import MOVES
from mnist_core.prediction import Classifier
from mnist_core.reports import Answers, Exam

SECONDS_TO_MOVE = 4e-5  # an image, on two laptop-class cores

# Move -> amount -> how many images are read right; not all amounts, while they are computed.
Curves = dict[str, dict[float, int]]


def points(classifier: Classifier, digits: Digits, known: Curves) -> Iterator[tuple]:
    """(move, amount, how many are read right) for all that isn't known, one after the other."""
    for name, amount in missing(known):
        images = moves.moved(name, digits.images, amount)
        read = classifier.probabilities(images).argmax(axis=1)
        yield name, amount, int((read == digits.labels).sum())


def missing(known: Curves) -> list[tuple[str, float]]:
    """Which moves by which amounts aren't known yet."""
    return [
        (name, amount)
        for name, move in MOVES.items()
        for amount in move.amounts
        if amount not in known.get(name, {})
    ]


def begun(known: Answers, test: Exam) -> Curves:
    """The curves' points at rest: they are known from the answers to the exam itself."""
    right = int((known.probabilities.argmax(axis=1) == test.digits.labels).sum())
    return {name: {move.still: right} for name, move in MOVES.items()}


def seconds(known: Answers, test: Exam, count: int) -> float:
    """About how long so many more points will take, by how long the exam itself took."""
    return count * (known.seconds + SECONDS_TO_MOVE * len(test.digits.labels))


def measure(
    model: str,
    test: Exam,
    on_point: Callable[[Curves], None] = lambda curves: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Curves:
    """All points of a model's curves; what is kept is taken from there, what is new is kept.

    Args:
        on_point: called with all that is known, at the beginning and after each point.
        should_stop: asked before each point; what is known by then is returned.

    Raises:
        ValueError: there is no such model, or it can't be used; says why.
    """
    found = kept(model, test)
    place = _path(model, test)
    on_point(found)
    rest = points(Classifier.load(model), test.digits, found) if missing(found) else ()
    while not should_stop() and (point := next(iter(rest), None)):
        name, amount, right = point
        found = found | {name: found[name] | {amount: right}}
        plain = {of: [list(pair) for pair in curve.items()] for of, curve in found.items()}
        reports.keep(place, json.dumps(plain))
        on_point(found)
    return found


def kept(model: str, test: Exam) -> Curves:
    """All points that are known by now. The exam itself is taken first, if it wasn't yet.

    Raises:
        ValueError: there is no such model, or it can't be used; says why.
    """
    found = begun(reports.answers(model, test), test)
    try:
        plain = json.loads(_path(model, test).read_text())
        for name, move in MOVES.items():
            found[name] |= {
                amount: int(right)
                for amount, right in plain.get(name, [])
                if amount in move.amounts and 0 <= right <= len(test.digits.labels)
            }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        # damaged is as good as none
        return found
    return found


def _path(model, test) -> Path:
    return reports.path(model, test, f"-{_state_of_moves()[:8]}.json")


def _state_of_moves() -> str:
    """What tells one state of the moves from another: their points don't fit together."""
    return hashlib.sha256(Path(moves.__file__).read_bytes()).hexdigest()
