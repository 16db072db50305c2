"""What loads behind the page: the data set that samples are from, and a process that can train."""

import gc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import streamlit as st

from mnist_core.data import loading
from pages.ui.app import errors

POLL_INTERVAL = 0.7  # seconds between two looks at whether it has been loaded


class SampleLoader:
    """The data set that samples are from, loaded once for all visitors."""

    def __init__(self):
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="loader")
        self._future: Future | None = None
        self._name = ""

    def start(self, on_loaded: Callable[[], None] = lambda: None) -> None:
        """Begin to load the best data set, if nobody has."""
        if self._future is None:
            self._name = loading.best_available()
            self._future = self._executor.submit(_load, self._name)
            self._executor.submit(on_loaded)

    def wait(self) -> None:
        """Wait until it has been loaded."""
        self.start()
        self._future.result()

    def ready(self) -> bool:
        """Whether nobody need wait for the best data set.

        Where another one is the best by now, such as MNIST after its download, it is a moment.
        """
        if self._future is None:
            return False
        return self._future.done() or self._name != loading.best_available()


def _load(name):
    with suppress(ValueError, OSError):  # a set that can't be loaded says so when it is asked
        loading.load(name)
    _freeze_garbage_collection()


def _freeze_garbage_collection():
    """Take what has been imported out of garbage collection, which would hold up answers.

    Python also waits with a whole collection until there is a quarter more than at the last one;
    the second collection makes that a quarter of what visitors need, not of all that is imported.
    """
    gc.collect()
    gc.freeze()
    gc.collect()


def _prewarm():
    from mnist_core.scheduler import scheduler

    scheduler.prewarm()


@st.cache_resource(show_spinner=False)
def sample_loader() -> SampleLoader:
    """This server's loader."""
    return SampleLoader()


def load_in_background(ready: bool) -> None:
    """Begin to load once the browser shows the page, and run the page again when it's done.

    Not at once: it would hold up the canvas on its way to the browser. A browser that asks again
    has the page.

    Args:
        ready: `sample_loader().ready()` before the page was made. If it has become so since, what
            the page shows is still without it.
    """
    if not ready:
        _poll({"polls": 0})


@st.fragment(run_every=POLL_INTERVAL)
@errors.guard
def _poll(counter):
    counter["polls"] += 1
    if counter["polls"] > 1:
        sample_loader().start(_prewarm)
    if sample_loader().ready():
        st.rerun()
