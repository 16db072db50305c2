"""A model's predictions on a set of digits, kept with the model: nothing is computed twice.

They are in `reports/` in the folder of the model's run, so that renaming and deleting take them
along; those of the models that ship are under `users.home()`. A file's name holds the fingerprints
of the weights and the digits, so other weights or digits don't find it. Deleting the folder costs
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
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from mnist_core.system import atomic_files, npz_files, parallel, users
from mnist_core.system.npz_files import ArraySpec

FORMAT = 1  # of the files; another number makes all there are stale
MAX_FILES = 30  # kept for a model, of about 400 kB; the oldest make room
BATCH = 500  # images between two calls of on_progress


class Predictions(NamedTuple):
    """A model's output for every image of a test set."""

    probabilities: np.ndarray  # float32 (n, 10), read-only
    seconds: float  # it took


def predict(
    model: str | Run,
    test: TestSet,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    call: Callable = parallel.call_here,
) -> Predictions:
    """The model's probabilities for each image, from the cache or computed now and cached.

    Args:
        on_progress: called with (images done, images) while it computes.
        call: what calls a function that takes long, as call(function, *arguments).

    Raises:
        ValueError: there is no such model, it can't be used, or its probabilities are not finite.
    """
    model = model_store.find(model)
    predictions = cached(model, test)
    if predictions is None:
        file = file_name(model, test, ".npz")
        predictions = _compute(Classifier.load(model), test.digits.images, on_progress, call)
        try:
            metrics.require_finite(predictions.probabilities)
        except ValueError as error:
            raise model_store.ModelError(f"{model.name} can't be tested. {error}.") from None
        data = io.BytesIO()
        seconds = np.array([predictions.seconds])
        np.savez(data, probabilities=predictions.probabilities, seconds=seconds)
        save_result(model, file, data.getvalue())
    return predictions


def _compute(classifier, images, on_progress, call) -> Predictions:
    start, batches = time.perf_counter(), [np.zeros((0, 10), np.float32)]
    for first in range(0, len(images), BATCH):
        on_progress(first, len(images))
        batches.append(call(classifier.probabilities, images[first : first + BATCH]))
    probabilities = np.concatenate(batches)
    probabilities.setflags(write=False)
    return Predictions(probabilities, time.perf_counter() - start)


def cached(model: str | Run, test: TestSet) -> Predictions | None:
    """The cached predictions, or None where there are none or they are damaged.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    specs = {
        "probabilities": ArraySpec((len(test.digits.labels), 10), "float32"),
        "seconds": ArraySpec((1,), "float64"),
    }
    path = cache_path(model, test, ".npz")
    try:
        arrays = npz_files.read(io.BytesIO(atomic_files.read(path)), specs)
    except (ValueError, OSError):
        return None
    probabilities, seconds = arrays["probabilities"], float(arrays["seconds"][0])
    sums_to_1 = np.abs(probabilities.sum(axis=1) - 1) < 1e-3  # float32; nor NaN
    is_whole = sums_to_1.all() and (probabilities >= 0).all() and 0 <= seconds < np.inf
    return Predictions(probabilities, seconds) if is_whole else None


def cache_path(model: str | Run, test: TestSet, ending: str) -> Path:
    """Where a result of this model, as it is now, on these digits is kept.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    return _reports_folder(model_store.find(model)) / file_name(model, test, ending)


def file_name(model: str | Run, test: TestSet, ending: str) -> str:
    """The last part of `cache_path`, which other weights or digits change; errors as there."""
    return f"{model_fingerprint(model)[:16]}-{test.fingerprint[:16]}{ending}"


def _reports_folder(model: Run) -> Path:
    if model.name in model_store.SHIPPED:  # their own folder is the package's
        return users.home() / "reports" / model.name
    return model.folder / "reports"


def model_fingerprint(model: str | Run) -> str:
    """A sha256 of what decides a model's predictions: its weights, and the card's use of them.

    Raises:
        ValueError: there is no such model, or its card can't be read.
    """
    weights = model_store.weights_path(model)
    card = model_store.card(model)
    settings = {name: card.get(name) for name in ("experiment", "looks")}
    checksum = _sha256(weights, atomic_files.version(weights))
    return hashlib.sha256(f"{FORMAT} {checksum} {json.dumps(settings)}".encode()).hexdigest()


@lru_cache(maxsize=200)
def _sha256(weights: Path, version: tuple) -> str:
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def save_result(model: Run, file: str, data: bytes | str) -> None:
    """Write a result of this `file_name`; where that can't be written, it is computed again."""
    try:
        folder = _reports_folder(model)
        # No parents in a run's folder: a run that was deleted meanwhile stays deleted
        folder.mkdir(exist_ok=True, parents=model.name in model_store.SHIPPED)
        atomic_files.write(folder / file, data)
        _evict(folder / file)
    except OSError:
        return


def _evict(newest: Path) -> None:
    """Delete what is about other weights than the newest file, and the oldest of the rest."""
    files = [p for p in newest.parent.iterdir() if not p.name.startswith(".")]
    files.sort(key=lambda p: p.stat().st_mtime)
    current = [p for p in files if p.name.split("-")[0] == newest.name.split("-")[0]]
    for path in [p for p in files if p not in current] + current[:-MAX_FILES]:
        path.unlink(missing_ok=True)
