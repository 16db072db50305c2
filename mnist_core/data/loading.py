"""A data set by its name; the second time it comes from memory."""

import functools
import threading
from collections.abc import Callable

from mnist_core.data import mnist
from mnist_core.data.types import DataError, DataMissingError, Dataset, Digits, make_dataset
from mnist_core.system import atomic_files

loaded: dict[str, tuple[object, Dataset]] = {}  # name -> (version of its source, data set)
_locks = {name: threading.Lock() for name in ("mnist", "built-in")}  # nobody waits for another's
_written: dict[str, tuple[int, int]] = {}  # name -> (done, total) of what a call is writing
Report = Callable[[int, int], None]


def load(
    name: str = "mnist", download: bool = False, report: Report = lambda done, total: None
) -> Dataset:
    """A data set; the second time it comes from memory.

    Args:
        name: "mnist" or "built-in".
        download: fetch MNIST where there is no file of it. Off, so that a page never goes to
            the network unasked.
        report: called with (done, total) while the built-in digits are written, by this call or
            by another that it waits for.

    Raises:
        DataMissingError: there is no file of MNIST, and `download` is off.
        DataError: the file is not MNIST, or the download failed; says which and why.
    """
    if name not in _locks:
        raise DataError(f"A data set must be 'mnist' or 'built-in'. Received: {name!r}")
    if download and name == "mnist" and mnist.find_mnist() is None:
        mnist.download()
    while not _locks[name].acquire(timeout=0.1):
        if name in _written:
            report(*_written[name])
    try:
        version, read = _source(name, report)
        if name not in loaded or loaded[name][0] != version:
            loaded[name] = (version, read())
        return loaded[name][1]
    finally:
        _locks[name].release()


def _source(name, report: Report):
    """(what changes when the source does, the call that reads it)."""
    if name == "built-in":
        return None, functools.partial(_built_in, report)
    path = mnist.find_mnist()
    if path is None:
        raise DataMissingError(
            "MNIST is not on this computer yet. The Train page downloads it, and so does `python -m"
            " mnist_core train`; or MNIST_PATH names a file mnist.npz. The built-in digits need"
            " neither."
        )
    version = atomic_files.version(path) if path.is_file() else None
    return (path, version), lambda: mnist.read_mnist(path)


def _built_in(report: Report) -> Dataset:
    from mnist_core.data import synthetic  # late: MNIST needs none of the pen model

    def report_to_all(*counts) -> None:
        _written["built-in"] = counts
        report(*counts)

    parts = synthetic.load(report_to_all)
    train, test = (Digits(part.images, part.labels) for part in parts)
    return make_dataset("built-in", train, test, "mnist_core.data.synthesis")


def best_available() -> str:
    """ "mnist" where a file of it is found, else "built-in"."""
    return "mnist" if mnist.find_mnist() else "built-in"
