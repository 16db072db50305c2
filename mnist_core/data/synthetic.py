"""The built-in data set as a whole: written once on a computer, then kept in its cache."""

import io
import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from mnist_core.data import synthesis
from mnist_core.system import atomic_files, npz_files
from mnist_core.system.npz_files import ArraySpec

TRAIN_COUNT, TEST_COUNT = 60_000, 10_000
TRAIN_WRITERS, TEST_WRITERS = range(1200), range(1200, 1400)  # nobody is in both
SEED = 0
VERSION = 1  # of the digits: a change of the pen model that changes them takes the next number


class SyntheticDigits(NamedTuple):
    """Digits of the pen model."""

    images: np.ndarray  # uint8 (n, 28, 28)
    labels: np.ndarray  # uint8 (n,)
    writers: np.ndarray  # int64 (n,): who wrote each


def load(
    report: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[SyntheticDigits, SyntheticDigits]:
    """(train, test), by different writers; from the cache, or written now and put there.

    Args:
        report: called with (done, total) as they are written.
    """
    cache = cache_file()
    try:
        return _read(cache)
    except ValueError:  # not there, or damaged: it is as good as none
        pass
    total = math.ceil(TRAIN_COUNT / synthesis.CHUNK) + math.ceil(TEST_COUNT / synthesis.CHUNK)
    done = itertools.count()

    def count() -> None:
        report(next(done), total)

    count()
    train = SyntheticDigits(*synthesis.synthesize(TRAIN_COUNT, SEED, TRAIN_WRITERS, count))
    test = SyntheticDigits(*synthesis.synthesize(TEST_COUNT, SEED, TEST_WRITERS, count))
    _save(cache, train, test)
    return train, test


def cache_file() -> Path:
    """Where the data set is kept; the file's name says which version it is."""
    return platformdirs.user_cache_path("mnist_core", appauthor=False) / f"built-in-{VERSION}.npz"


def _read(cache) -> tuple[SyntheticDigits, SyntheticDigits]:
    specs = {}
    for part, count in (("train", TRAIN_COUNT), ("test", TEST_COUNT)):
        specs[f"{part}_images"] = ArraySpec((count, 28, 28), "uint8")
        specs[f"{part}_labels"] = ArraySpec((count,), "uint8")
        specs[f"{part}_writers"] = ArraySpec((count,), "int64")
    arrays = list(npz_files.read(cache, specs).values())
    return SyntheticDigits(*arrays[:3]), SyntheticDigits(*arrays[3:])


def _save(cache, train, test) -> None:
    """Keep the data set for the next start, in place of older ones; a full disk costs only time."""
    arrays = {f"train_{name}": array for name, array in train._asdict().items()}
    arrays |= {f"test_{name}": array for name, array in test._asdict().items()}
    data = io.BytesIO()
    np.savez(data, **arrays)
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        for old in cache.parent.glob("built-in-*.npz"):
            old.unlink(missing_ok=True)
        atomic_files.write(cache, data.getvalue())
    except OSError:
        return
