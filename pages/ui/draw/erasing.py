"""How much ink the eraser took away, and with how little of it gone the answer was another."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from mnist_core.prediction import Classifier
from mnist_core.strokes import fabric_paths
from pages.ui.state.session import CanvasState
from pages.ui.widgets import answer, canvas

PARTS = 10  # of the stroke of the eraser that changed the answer, each of which is looked at


def describe(
    classifier: Classifier, state: CanvasState, to_image: Callable[[np.ndarray], np.ndarray | None]
) -> str:
    """A sentence on what was erased, and what it did; empty if nothing was.

    Args:
        to_image: from a picture to a uint8 (28, 28), or None where there is nothing on it.
    """
    whole = [path for path in state.paths if not fabric_paths.erases(path)]
    if len(whole) == len(state.paths):
        return ""
    ink = canvas.render_paths(whole, state.backdrop)
    total = int(ink.sum(dtype=np.int64))
    left = int(canvas.render_paths(state.paths, state.backdrop).sum(dtype=np.int64))
    if not total or left == total:
        return ""
    gone = f"{_percent(1 - left / total)} of the ink is gone"
    before = read(classifier, to_image(ink))
    if before is None:
        return f"{gone}."
    for number in np.flatnonzero([fabric_paths.erases(path) for path in state.paths]):
        if read(classifier, to_image(next(_pictures(state, number, [1.0])))) == before:
            continue
        for picture in _pictures(state, number, np.linspace(0, 1, PARTS + 1)):
            after = read(classifier, to_image(picture))
            if after != before:
                share = _percent(1 - int(picture.sum(dtype=np.int64)) / total)
                became = "no digit" if after is None else f"{after}"
                return f"{gone}. At {share} the {before} became {became}."
    return f"{gone}: still {before}."


def read(classifier: Classifier, image: np.ndarray | None) -> int | None:
    """The digit read, or None for none of the ten, and for no ink."""
    if image is None:
        return None
    probabilities = classifier.probabilities(image[None])[0]
    return answer.digit_read(probabilities, image) if np.isfinite(probabilities).all() else None


def _pictures(state: CanvasState, number: int, shares: Iterable[float]) -> Iterator[np.ndarray]:
    """What was on the canvas after these shares of the eraser's stroke with this number.

    Ink that was drawn later is there already: the answer that counts is that of all ink.
    """
    path = state.paths[number]
    later = [after for after in state.paths[number + 1 :] if not fabric_paths.erases(after)]
    for share in shares:
        part = path | {"path": path["path"][: max(1, round(share * len(path["path"])))]}
        yield canvas.render_paths([*state.paths[:number], part, *later], state.backdrop)


def _percent(share: float) -> str:
    return "100 %" if share == 1 else answer.percent(share)
