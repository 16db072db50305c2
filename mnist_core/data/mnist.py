"""MNIST from a local file, Keras' cache or the download.

A file counts as MNIST only if its arrays are MNIST's, bit by bit: a network's figures mean
nothing on other data under the same name. Nothing here needs Keras.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mnist_core.data.download import fetch
from mnist_core.data.types import DataError, Dataset, Digits, make_dataset
from mnist_core.system import atomic_files, npz_files, users
from mnist_core.system.npz_files import ArraySpec

# Source: keras/src/datasets/mnist.py, keras 3.15
MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
FILE_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
FILE_BYTES = 11_490_434


class ExpectedArray(NamedTuple):
    """What an array of MNIST must be: shape and dtype, and the sha256 of its bytes."""

    spec: ArraySpec
    sha256: str


MNIST_ARRAYS = {
    "x_train": ExpectedArray(
        ArraySpec((60_000, 28, 28), "uint8"),
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    ),
    "y_train": ExpectedArray(
        ArraySpec((60_000,), "uint8"),
        "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    ),
    "x_test": ExpectedArray(
        ArraySpec((10_000, 28, 28), "uint8"),
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    ),
    "y_test": ExpectedArray(
        ArraySpec((10_000,), "uint8"),
        "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    ),
}


def find_mnist() -> Path | None:
    """The file that `load` would read: MNIST_PATH's, Keras' cached one, our own, or None.

    Where MNIST_PATH is set and names no file, `load` says so and looks no further.
    """
    if os.environ.get("MNIST_PATH"):
        return Path(os.environ["MNIST_PATH"]).expanduser()
    return next((path for path in search_paths() if path.is_file()), None)


def search_paths() -> list[Path]:
    """Where a MNIST that was downloaded is kept, the first choice first."""
    # Source: keras/src/backend/config.py
    keras_home = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    return [keras_home / "datasets" / "mnist.npz", users.home() / "mnist.npz"]


def read_mnist(path: Path, expected: dict[str, ExpectedArray] = MNIST_ARRAYS) -> Dataset:
    """The data set in a file of Keras' format, checked bit by bit.

    Args:
        expected: what the file must hold.

    Raises:
        DataError: names the file; says what was expected and what came.
    """
    if not path.is_file():
        raise DataError(f"{path} must be MNIST as Keras keeps it (mnist.npz), and is no file.")
    try:
        arrays = npz_files.read(path, {name: array.spec for name, array in expected.items()})
    except ValueError as error:
        raise DataError(f"{path} is not MNIST as Keras keeps it: {error}.") from None
    for name, array in arrays.items():
        if hashlib.sha256(array).hexdigest() != expected[name].sha256:
            raise DataError(f"{path} is not MNIST: the values of {name} are not MNIST's.")
    train = Digits(arrays["x_train"], arrays["y_train"])
    return make_dataset("mnist", train, Digits(arrays["x_test"], arrays["y_test"]), str(path))


def download(
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    timeout: float = 300,
    *,
    url: str = MNIST_URL,
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
        return _save(fetch(url, sha256, FILE_BYTES, on_progress, timeout, silence))
    except ValueError as error:
        raise DataError(str(error)) from None


def _save(data: bytes) -> Path:
    for path in search_paths():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_files.write(path, data)
        except OSError as error:
            reason = error
        else:
            return path
    raise DataError(f"The download could not be written to {path}: {reason.strerror or reason}.")
