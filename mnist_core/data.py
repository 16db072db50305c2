"""The data sets: MNIST from a local file, Keras' cache or the download; or the built-in one.

A file counts as MNIST only if its arrays are MNIST's, bit by bit: a network's figures mean
nothing on other data under the same name. Nothing here needs Keras.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mnist_core import arrays, files
from mnist_core.arrays import Form
from mnist_core.download import fetch

# Source: keras/src/datasets/mnist.py, keras 3.15
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
FILE_BYTES = 11_490_434


class Source(NamedTuple):
    """An array as a data set's file must hold it: its form and the sha256 of its bytes."""

    form: Form
    sha256: str


MNIST = {
    "x_train": Source(
        Form((60_000, 28, 28), "uint8"),
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    ),
    "y_train": Source(
        Form((60_000,), "uint8"),
        "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    ),
    "x_test": Source(
        Form((10_000, 28, 28), "uint8"),
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    ),
    "y_test": Source(
        Form((10_000,), "uint8"),
        "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    ),
}


class DataError(ValueError):
    """A data set can't be used; the message says which file and why."""


class DataMissing(DataError):  # noqa: N818 - it is a state of things, not a fault
    """There is no file of the data set yet; a download would cure it."""


class Digits(NamedTuple):
    """Images, uint8 (n, 28, 28), ink bright on 0, and their labels, uint8 (n,), 0 to 9."""

    images: np.ndarray
    labels: np.ndarray


class Dataset(NamedTuple):
    """Two sets of digits, read-only, the sha256 of all their bytes, and where they are from."""

    name: str
    train: Digits
    test: Digits
    checksum: str
    source: str


_loaded: dict[str, tuple[object, Dataset]] = {}
_lock = threading.Lock()


def load(name: str = "mnist", download: bool = False) -> Dataset:
    """A data set; the second time it comes from memory.

    Args:
        name: "mnist" or "built-in".
        download: fetch MNIST where there is no file of it. Off, so that a page never goes to
            the network unasked.

    Raises:
        DataMissing: there is no file of MNIST, and `download` is off.
        DataError: the file is not MNIST, or the download failed; says which and why.
    """
    if download and name == "mnist" and find_mnist() is None:
        _download()
    with _lock:
        stamp, make = _maker(name)
        if name not in _loaded or _loaded[name][0] != stamp:
            _loaded[name] = (stamp, make())
        return _loaded[name][1]


def _maker(name):
    """What tells this state of a data set from others, and the call that makes it."""
    if name == "built-in":
        return None, _built_in
    if name != "mnist":
        raise DataError(f"A data set must be 'mnist' or 'built-in'. Received: {name!r}")
    path = find_mnist()
    if path is None:
        raise DataMissing(
            "There is no MNIST on this computer yet: download it, or let MNIST_PATH name a"
            " mnist.npz. The built-in data set needs neither."
        )
    changed = path.stat().st_mtime_ns if path.is_file() else None
    return (path, changed), lambda: read_mnist(path)


def best_available() -> str:
    """ "mnist" where a file of it is found, else "built-in"."""
    return "mnist" if find_mnist() else "built-in"


def find_mnist() -> Path | None:
    """The file that `load` would read: MNIST_PATH's, Keras' cached one, our own, or None.

    A MNIST_PATH is taken at its word: if it names no file, `load` says so and looks no further.
    """
    if os.environ.get("MNIST_PATH"):
        return Path(os.environ["MNIST_PATH"]).expanduser()
    return next((place for place in _places() if place.is_file()), None)


def _places() -> list[Path]:
    from mnist_core import people

    # Source: keras/src/backend/config.py
    keras_home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    return [keras_home / "datasets" / "mnist.npz", people.home() / "mnist.npz"]


def read_mnist(path: Path, sources: dict[str, Source] = MNIST) -> Dataset:
    """The data set in a file of Keras' format, checked bit by bit.

    Args:
        sources: what the file must hold.

    Raises:
        DataError: names the file; says what was expected and what came.
    """
    if not path.is_file():
        raise DataError(f"{path} must be MNIST as Keras keeps it (mnist.npz), and is no file.")
    try:
        found = arrays.read(path, {name: source.form for name, source in sources.items()})
    except ValueError as fault:
        raise DataError(f"{path} is not MNIST as Keras keeps it: {fault}.") from None
    for name, source in sources.items():
        if hashlib.sha256(found[name]).hexdigest() != source.sha256:
            raise DataError(f"{path} is not MNIST: the values of {name} are not MNIST's.")
    train = Digits(found["x_train"], found["y_train"])
    return _dataset("mnist", train, Digits(found["x_test"], found["y_test"]), str(path))


def _built_in() -> Dataset:
    from mnist_core import built_in

    train, test = (Digits(part.images, part.labels) for part in built_in.load())
    return _dataset("built-in", train, test, "mnist_core.handwriting")


def _dataset(name, train, test, source) -> Dataset:
    checksum = hashlib.sha256()
    for array in (*train, *test):
        array.setflags(write=False)  # every page and session shares them
        checksum.update(array)
    return Dataset(name, train, test, checksum.hexdigest(), source)


def download(
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    timeout: float = 300,
    *,
    url: str = URL,
    sha256: str = FILE_SHA256,
    silence: float = 20,
) -> Path:
    """Fetch MNIST into Keras' cache, or beside the runs where that can't be written.

    Args:
        on_progress: called with (bytes so far, bytes in all).
        timeout: seconds for the whole.
        url: where the file is.
        sha256: of the whole file.
        silence: seconds without a byte after which the server is given up.

    Raises:
        DataError: says why; nothing is left behind.
    """
    try:
        return _keep(fetch(url, sha256, FILE_BYTES, on_progress, timeout, silence))
    except ValueError as fault:
        raise DataError(str(fault)) from None


def _keep(data: bytes) -> Path:
    for place in _places():
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            files.write(place, data)
        except OSError as fault:
            reason = fault
        else:
            return place
    raise DataError(f"The download could not be written to {place}: {reason}.")


_download = download  # `load` has an argument of that name


def subset(digits: Digits, count: int, seed: int) -> Digits:
    """`count` of the digits, drawn by `seed`; fewer are always among more. All: as they are."""
    if not 1 <= count <= len(digits.labels):
        raise ValueError(f"count must be from 1 to {len(digits.labels)}. Received: {count}")
    if count == len(digits.labels):
        return digits
    chosen = np.random.default_rng(seed).permutation(len(digits.labels))[:count]
    return Digits(digits.images[chosen], digits.labels[chosen])


def split(digits: Digits, fraction: float, seed: int) -> tuple[Digits, Digits]:
    """(train, validation): each digit in exactly one, `fraction` of them in validation.

    Both get at least one digit.
    """
    count = len(digits.labels)
    if not (0 < fraction < 1 and count >= 2):
        raise ValueError(
            f"A split must have a fraction between 0 and 1, and two digits or more."
            f" Received: {fraction}, {count} digits"
        )
    held_back = min(max(round(count * fraction), 1), count - 1)
    order = np.random.default_rng(seed).permutation(count)
    validation, train = order[:held_back], order[held_back:]
    return (
        Digits(digits.images[train], digits.labels[train]),
        Digits(digits.images[validation], digits.labels[validation]),
    )
