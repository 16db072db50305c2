"""What a model answered on a set of digits, kept with the model: nothing is computed twice.

They are in `reports/` in the folder of the model's run, so that renaming and deleting take them
along; those of the models that ship are under `people.home()`. A file's name says which weights and
which digits it is about: other weights or digits just don't find it. Deleting the folder costs
time and nothing else; where it can't be written, all works as well, only not twice as fast.
"""

import hashlib
import io
import json
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnist_core.evaluation import metrics
from mnist_core.evaluation.test_sets import TestSet
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.system import atomic_files, npz_files, users
from mnist_core.system.npz_files import ArraySpec

FORMAT = 1  # of the files; another number makes all there are stale
MAX_FILES = 30  # kept for a model, of about 400 kB; the oldest make room
BATCH = 1000  # images between two words on the progress


class Predictions(NamedTuple):
    """What a model makes of an exam."""

    probabilities: np.ndarray  # float32 (n, 10), read-only
    seconds: float  # it took


def predict(
    model: str, test: TestSet, on_progress: Callable[[int, int], None] = lambda done, of: None
) -> Predictions:
    """The model's probabilities for each image: what was kept, or computed now and kept.

    Args:
        on_progress: called with (images done, images) while it computes.

    Raises:
        ValueError: there is no such model, it can't be used, or its answers are no numbers.
    """
    found = cached(model, test)
    if found is None:
        place = cache_path(model, test, ".npz")
        found = _compute(Classifier.load(model), test.digits.images, on_progress)
        try:
            metrics.require_finite(found.probabilities)
        except ValueError as fault:
            raise model_store.ModelError(f"{model} can't be tested. {fault}.") from None
        data = io.BytesIO()
        np.savez(data, probabilities=found.probabilities, seconds=np.array([found.seconds]))
        save_result(place, data.getvalue())
    return found


def _compute(classifier, images, on_progress) -> Predictions:
    start, found = time.perf_counter(), [np.zeros((0, 10), np.float32)]
    for first in range(0, len(images), BATCH):
        on_progress(first, len(images))
        found.append(classifier.probabilities(images[first : first + BATCH]))
    probabilities = np.concatenate(found)
    probabilities.setflags(write=False)
    return Predictions(probabilities, time.perf_counter() - start)


def cached(model: str, test: TestSet) -> Predictions | None:
    """What is kept, or None where that is nothing, or damaged.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    count = len(test.digits.labels)
    forms = {
        "probabilities": ArraySpec((count, 10), "float32"),
        "seconds": ArraySpec((1,), "float64"),
    }
    place = cache_path(model, test, ".npz")
    try:
        found = npz_files.read(place, forms)
        metrics.require_finite(found["probabilities"])
    except ValueError:
        return None
    return Predictions(found["probabilities"], float(found["seconds"][0]))


def cache_path(model: str, test: TestSet, ending: str) -> Path:
    """Where a result of this model, as it is now, on these digits is kept.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    return _cache_folder(model) / f"{model_fingerprint(model)[:16]}-{test.fingerprint[:16]}{ending}"


def _cache_folder(model: str) -> Path:
    """The folder for what is kept of a model; it need not be there."""
    if model in model_store.SHIPPED:  # their own folder is the package's
        return users.home() / "reports" / model
    return model_store.folder(model) / "reports"


def model_fingerprint(model: str) -> str:
    """What decides a model's answers, as a sha256: its weights, and how its card has it used.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    weights = model_store.weights_path(model)
    card = model_store.card(model)
    used = {name: card.get(name) for name in ("experiment", "looks")}
    state = weights.stat()
    of_weights = _sha256(weights, state.st_mtime_ns, state.st_size)
    return hashlib.sha256(f"{FORMAT} {of_weights} {json.dumps(used)}".encode()).hexdigest()


@lru_cache(maxsize=200)
def _sha256(weights: Path, changed: int, size: int) -> str:
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def save_result(place: Path, data: bytes | str) -> None:
    """Put a result where `path` says; without a place to write it is only computed again."""
    try:
        if place.parent.name == "reports":  # in a run's folder
            place.parent.mkdir(exist_ok=True)  # no more: a run deleted meanwhile stays deleted
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write(place, data)
        _evict(place)
    except OSError:
        return


def _evict(newest: Path) -> None:
    """Take away what is about other weights than the newest file, and the oldest of the rest."""
    found = [(p.stat().st_mtime, p) for p in newest.parent.iterdir() if p.name[0] != "."]
    current = newest.name.split("-")[0]
    others = [p for _, p in found if p.name.split("-")[0] != current]
    oldest_first = [p for _, p in sorted(found) if p not in others]
    for gone in others + oldest_first[:-MAX_FILES]:
        gone.unlink(missing_ok=True)
