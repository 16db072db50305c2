"""How a model's accuracy falls as a test set is moved: a curve for each of the `moves`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, perturbations
from mnist_core.evaluation.cached_predictions import Predictions
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.evaluation.test_sets import TestSet
from mnist_core.prediction import Classifier

VERSION = 1  # of the perturbations: one that changes an image takes the next number
SECONDS_PER_IMAGE = 4e-5  # an image, on two laptop-class cores

# Move -> amount -> how many images are read right; not all amounts, while they are computed.
AccuracyCurves = dict[str, dict[float, int]]


def measure_points(
    classifier: Classifier, digits: Digits, known: AccuracyCurves
) -> Iterator[tuple]:
    """(move, amount, how many are read right) for all that isn't known, one after the other."""
    for name, amount in missing_points(known):
        images = perturbations.perturb(name, digits.images, amount)
        read = classifier.probabilities(images).argmax(axis=1)
        yield name, amount, int((read == digits.labels).sum())


def missing_points(known: AccuracyCurves) -> list[tuple[str, float]]:
    """Which moves by which amounts aren't known yet."""
    return [
        (name, amount)
        for name, move in PERTURBATIONS.items()
        for amount in move.amounts
        if amount not in known.get(name, {})
    ]


def identity_points(known: Predictions, test: TestSet) -> AccuracyCurves:
    """The curves' points at rest: they are known from the answers to the exam itself."""
    right = int((known.probabilities.argmax(axis=1) == test.digits.labels).sum())
    return {name: {move.identity: right} for name, move in PERTURBATIONS.items()}


def estimate_seconds(known: Predictions, test: TestSet, count: int) -> float:
    """About how long so many more points will take, by how long the exam itself took."""
    return count * (known.seconds + SECONDS_PER_IMAGE * len(test.digits.labels))


def measure(
    model: str,
    test: TestSet,
    on_point: Callable[[AccuracyCurves], None] = lambda curves: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AccuracyCurves:
    """All points of a model's curves; what is kept is taken from there, what is new is kept.

    Args:
        on_point: called with all that is known, at the beginning and after each point.
        should_stop: asked before each point; what is known by then is returned.

    Raises:
        ValueError: there is no such model, or it can't be used; says why.
    """
    found = cached(model, test)
    place = _cache_path(model, test)
    on_point(found)
    rest = (
        measure_points(Classifier.load(model), test.digits, found) if missing_points(found) else ()
    )
    while not should_stop() and (point := next(iter(rest), None)):
        name, amount, right = point
        found = found | {name: found[name] | {amount: right}}
        plain = {of: [list(pair) for pair in curve.items()] for of, curve in found.items()}
        cached_predictions.save_result(place, json.dumps(plain))
        on_point(found)
    return found


def cached(model: str, test: TestSet) -> AccuracyCurves:
    """All points that are known by now. The exam itself is taken first, if it wasn't yet.

    Raises:
        ValueError: there is no such model, or it can't be used; says why.
    """
    found = identity_points(cached_predictions.predict(model, test), test)
    try:
        plain = json.loads(_cache_path(model, test).read_text())
        for name, move in PERTURBATIONS.items():
            found[name] |= {
                amount: int(right)
                for amount, right in plain.get(name, [])
                if amount in move.amounts and 0 <= right <= len(test.digits.labels)
            }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        # damaged is as good as none
        return found
    return found


def _cache_path(model, test) -> Path:
    return cached_predictions.cache_path(model, test, f"-robustness-{VERSION}.json")
