"""TensorFlow and the first network load behind the page: the pen should not wait for them."""

import gc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import streamlit as st

from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.system import users
from pages.ui.app import errors

POLL_INTERVAL = 0.7  # seconds between two looks at whether all has loaded


class ModelLoader:
    """Trained networks to ask, and digits to ask them about; one for all visitors."""

    def __init__(self):
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="readers")
        self._first: Future | None = None
        self._test_set: Future | None = None

    def start(self, name: str, afterwards: Callable[[], None] = lambda: None) -> None:
        """Begin to load TensorFlow, this model and the test set, unless that has begun."""
        if self._first is None:
            self._first = self._thread.submit(
                _load_all, users.current_user(), [name, *model_store.SHIPPED]
            )
            self._test_set = self._thread.submit(_read_test_set)
            self._thread.submit(afterwards)

    def ready(self) -> bool:
        """Whether everything is there, so that nothing more need be waited for."""
        return _done(self._first) and _done(self._test_set)

    def classifier(self, name: str):
        """The classifier of a model, or None while TensorFlow is not there yet.

        Raises:
            ValueError: the model can't be loaded; the sentence says why.
        """
        return _load(name) if _done(self._first) else None

    def test_set(self):
        """Digits for visitors without a pen: `data.Digits`, or None while they load."""
        return self._test_set.result() if _done(self._test_set) else None


def _done(future) -> bool:
    return future is not None and future.done()


def _load(name):
    from mnist_core.prediction import Classifier

    return Classifier.load(name)  # from memory, unless it is new


def _load_all(person, names):
    """Those that ship too: the page sets what they read side by side."""
    for name in names:
        # A model that can't be loaded says so when it is asked
        with suppress(ValueError), users.as_user(person):
            _load(name)
    _freeze_garbage_collection()


def _freeze_garbage_collection():
    """TensorFlow's objects stay: looked through for garbage again and again, they hold up answers.

    Python also waits with a whole collection until there is a quarter more than at the last one;
    the second makes that a quarter of what visitors need, not of TensorFlow's 300,000 objects.
    """
    gc.collect()
    gc.freeze()
    gc.collect()


def _read_test_set():
    return loading.load(loading.best_available()).test


def _prewarm():
    from mnist_core.scheduler import scheduler

    scheduler.prewarm()


@st.cache_resource(show_spinner=False)
def model_loader() -> ModelLoader:
    """The one shelf of loaded networks on this server."""
    return ModelLoader()


def load_in_background(name: str, ready: bool) -> None:
    """Begin to load once the browser shows the page, and run the page again when it's done.

    Not at once: TensorFlow's import holds up all else for moments, also the canvas on its way
    to the browser. A browser that asks again has the page.

    Args:
        ready: `readers().ready()` before the page was made. If it has become so since, what the
            page shows is still without it.
    """
    if not ready:
        _poll(name, {"looks": 0})


@st.fragment(run_every=POLL_INTERVAL)
@errors.guard
def _poll(name, seen):
    seen["looks"] += 1
    if seen["looks"] > 1:
        model_loader().start(name, _prewarm)
    if model_loader().ready():
        st.rerun()
