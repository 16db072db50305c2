"""Models are loaded in a thread: the pen must not wait for them."""

import gc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import streamlit as st

from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs.run import Run
from mnist_core.system import users
from pages.ui.app import errors

POLL_INTERVAL = 0.7  # seconds between two looks at whether all has been loaded


class ModelLoader:
    """Trained networks, and the data set that samples are from; one loader for all visitors."""

    def __init__(self):
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="loader")
        self._models: Future | None = None
        self._dataset: Future | None = None
        self._dataset_name = ""

    def start(self, model: str | Run, on_loaded: Callable[[], None] = lambda: None) -> None:
        """Begin to load this model, those that ship and the best data set, if nobody has."""
        if self._models is None:
            models = [model, *map(model_store.find, model_store.SHIPPED)]
            self._models = self._executor.submit(_load_models, users.current_user(), models)
            self._dataset_name = loading.best_available()
            self._dataset = self._executor.submit(_load_dataset, self._dataset_name)
            self._executor.submit(on_loaded)

    def ready(self) -> bool:
        """Whether the models have been loaded, and nobody need wait for the best data set.

        Where another one is the best by now, such as MNIST after its download, it is a moment.
        """
        is_other = self._dataset_name != loading.best_available()
        return _is_done(self._models) and (is_other or _is_done(self._dataset))

    def classifier(self, model: str | Run):
        """The classifier of a model; None while the first ones are being loaded.

        Raises:
            ValueError: the model can't be loaded; the sentence says why.
        """
        return _load_classifier(model) if _is_done(self._models) else None


def _is_done(future) -> bool:
    return future is not None and future.done()


def _load_classifier(model):
    from mnist_core.prediction import Classifier

    return Classifier.load(model)  # from memory, unless it is new


def _load_models(user_id, models):
    """The chosen model, and those that ship: Draw shows what they read side by side."""
    for model in models:
        # A model that can't be loaded says so when it is asked
        with suppress(ValueError), users.as_user(user_id):
            _load_classifier(model)
    _freeze_garbage_collection()


def _freeze_garbage_collection():
    """Take what has been imported out of garbage collection, which would hold up answers.

    Python also waits with a whole collection until there is a quarter more than at the last one;
    the second collection makes that a quarter of what visitors need, not of all that is imported.
    """
    gc.collect()
    gc.freeze()
    gc.collect()


def _load_dataset(name):
    with suppress(ValueError, OSError):  # a set that can't be loaded says so when it is asked
        loading.load(name)


def _prewarm():
    from mnist_core.scheduler import scheduler

    scheduler.prewarm()


@st.cache_resource(show_spinner=False)
def model_loader() -> ModelLoader:
    """This server's loader."""
    return ModelLoader()


def load_in_background(model: Run, ready: bool) -> None:
    """Begin to load once the browser shows the page, and run the page again when it's done.

    Not at once: the imports hold up all else for moments, also the canvas on its way to the
    browser. A browser that asks again has the page.

    Args:
        ready: `model_loader().ready()` before the page was made. If it has become so since, what
            the page shows is still without it.
    """
    if not ready:
        _poll(model, {"polls": 0})


@st.fragment(run_every=POLL_INTERVAL)
@errors.guard
def _poll(model, counter):
    counter["polls"] += 1
    if counter["polls"] > 1:
        model_loader().start(model, _prewarm)
    if model_loader().ready():
        st.rerun()
