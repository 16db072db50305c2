"""How a model's accuracy falls as a test set is perturbed: a curve for each perturbation."""

import json
from collections.abc import Callable, Iterator

from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, perturbations
from mnist_core.evaluation.cached_predictions import Predictions
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files, parallel

ENDING = "-robustness-1.json"  # of a file of points; a change to any image takes the next number
SECONDS_PER_IMAGE = 4e-5  # to perturb an image, on two laptop-class cores

# Perturbation -> amount -> images read right. While they are computed, some amounts are missing.
AccuracyCurves = dict[str, dict[float, int]]


def measure_points(
    classifier: Classifier, digits: Digits, known: AccuracyCurves, call: Callable
) -> Iterator[tuple[str, float, int]]:
    """(perturbation, amount, images read right) for each point that isn't known."""
    for name, amount in missing_points(known):
        images = call(perturbations.perturb, name, digits.images, amount)
        correct = 0
        for start in range(0, len(images), cached_predictions.BATCH):
            batch = slice(start, start + cached_predictions.BATCH)
            predicted = call(classifier.probabilities, images[batch]).argmax(axis=1)
            correct += int((predicted == digits.labels[batch]).sum())
        yield name, amount, correct


def missing_points(known: AccuracyCurves) -> list[tuple[str, float]]:
    """(perturbation, amount) of each point that isn't known."""
    return [
        (name, amount)
        for name, perturbation in PERTURBATIONS.items()
        for amount in perturbation.amounts
        if amount not in known.get(name, {})
    ]


def identity_points(predictions: Predictions, test: TestSet) -> AccuracyCurves:
    """The points where nothing is perturbed: they follow from the predictions on the test set."""
    correct = int((predictions.probabilities.argmax(axis=1) == test.digits.labels).sum())
    return {name: {p.identity: correct} for name, p in PERTURBATIONS.items()}


def estimate_seconds(predictions: Predictions, test: TestSet, count: int) -> float:
    """About how long `count` more points will take, judged by the predictions on the test set."""
    return count * (predictions.seconds + SECONDS_PER_IMAGE * len(test.digits.labels))


def measure(
    model: str | Run,
    test: TestSet,
    on_point: Callable[[AccuracyCurves], None] = lambda curves: None,
    should_stop: Callable[[], bool] = lambda: False,
    call: Callable = parallel.call_here,
) -> AccuracyCurves:
    """All points of a model's curves, from the cache or computed now and cached.

    Args:
        on_point: called with all that is known, at the beginning and after each point.
        should_stop: asked before each point; what is known by then is returned.
        call: what calls a function that takes long, as call(function, *arguments).

    Raises:
        ValueError: there is no such model, or it can't be used; says why.
    """
    model = model_store.find(model)
    curves = cached(model, test, call)
    file = cached_predictions.file_name(model, test, ENDING)  # by the weights as they are now
    on_point(curves)
    todo = iter(())
    if missing_points(curves):
        todo = measure_points(Classifier.load(model), test.digits, curves, call)
    while not should_stop() and (point := next(todo, None)):
        name, amount, correct = point
        curves = curves | {name: curves[name] | {amount: correct}}
        pairs = {name: [list(pair) for pair in curve.items()] for name, curve in curves.items()}
        cached_predictions.save_result(model, file, json.dumps(pairs))
        on_point(curves)
    return curves


def cached(model: str | Run, test: TestSet, call: Callable = parallel.call_here) -> AccuracyCurves:
    """All points known by now; computes the predictions on the test set itself, if need be.

    Raises:
        ValueError: there is no such model, or it can't be used; says why.
    """
    curves = identity_points(cached_predictions.predict(model, test, call=call), test)
    try:
        path = cached_predictions.cache_path(model, test, ENDING)
        pairs = json.loads(atomic_files.read(path))
        for name, perturbation in PERTURBATIONS.items():
            curves[name] |= {
                amount: int(correct)
                for amount, correct in pairs.get(name, [])
                if amount in perturbation.amounts and 0 <= correct <= len(test.digits.labels)
            }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return curves  # no file, or a damaged one, which is as good as none
    return curves
