"""The built-in data set as a whole: written once on a computer, then kept in its cache."""

import hashlib
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from mnist_core import arrays, files, handwriting
from mnist_core.arrays import Form

TRAIN_COUNT, TEST_COUNT = 60_000, 10_000
TRAIN_WRITERS, TEST_WRITERS = range(1200), range(1200, 1400)  # nobody is in both
SEED = 0
# What decides the digits: another state of these files writes others.
MADE_BY = (
    "built_in",
    "digit_forms",
    "forms",
    "hands",
    "handwriting",
    "strokes",
    "preprocess",
    "ink",
)


class Written(NamedTuple):
    """Digits of the pen model."""

    images: np.ndarray  # uint8 (n, 28, 28)
    labels: np.ndarray  # uint8 (n,)
    writers: np.ndarray  # int64 (n,): who wrote each


def load() -> tuple[Written, Written]:
    """(train, test), by different writers; from the cache, or written now and put there."""
    cache = cache_file()
    try:
        return _read(cache)
    except ValueError:  # not there, or damaged: it is as good as none
        pass
    train = Written(*handwriting.write(TRAIN_COUNT, SEED, TRAIN_WRITERS))
    test = Written(*handwriting.write(TEST_COUNT, SEED, TEST_WRITERS))
    _keep(cache, train, test)
    return train, test


def cache_file() -> Path:
    """Where the data set is kept; the name tells one state of the pen model from another."""
    state = hashlib.sha256()
    for room in MADE_BY:
        state.update(Path(__file__).with_name(f"{room}.py").read_bytes())
    folder = platformdirs.user_cache_path("mnist_core", appauthor=False)
    return folder / f"built-in-{state.hexdigest()[:16]}.npz"


def _read(cache) -> tuple[Written, Written]:
    shapes = {}
    for part, count in (("train", TRAIN_COUNT), ("test", TEST_COUNT)):
        shapes[f"{part}_images"] = Form((count, 28, 28), "uint8")
        shapes[f"{part}_labels"] = Form((count,), "uint8")
        shapes[f"{part}_writers"] = Form((count,), "int64")
    found = arrays.read(cache, shapes)
    parts = ([found[f"{part}_{name}"] for name in Written._fields] for part in ("train", "test"))
    train, test = (Written(*part) for part in parts)
    return train, test


def _keep(cache, train, test) -> None:
    """Put it where the next start finds it, and take older ones away; without is only slower."""
    named = {f"train_{name}": value for name, value in train._asdict().items()}
    named |= {f"test_{name}": value for name, value in test._asdict().items()}
    data = io.BytesIO()
    np.savez(data, **named)
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        for old in cache.parent.glob("built-in-*.npz"):
            old.unlink(missing_ok=True)
        files.write(cache, data.getvalue())
    except OSError:
        return
