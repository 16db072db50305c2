"""Fixtures for pages of the app: a small data set, a pen, clicks, loaded models, no trainings.

`tests/conftest.py` makes them known to all tests; what they are made of is imported late, so that
tests of the library don't wait for Streamlit.
"""

import pytest


@pytest.fixture(scope="session")
def small_set():
    """(train, test): the built-in set, if it had a few hundred digits by a few writers."""
    from mnist_core.data import synthesis, synthetic

    return (
        synthetic.SyntheticDigits(*synthesis.synthesize(200, synthetic.SEED, range(5))),
        synthetic.SyntheticDigits(*synthesis.synthesize(300, synthetic.SEED, range(5, 8))),
    )


@pytest.fixture
def without_mnist(monkeypatch, tmp_path):
    """MNIST is not on this computer."""
    from mnist_core.data import loading

    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "empty"))
    monkeypatch.setattr(loading, "loaded", {})


@pytest.fixture
def only_small_set(monkeypatch, without_mnist, small_set):
    """MNIST is missing, and the built-in set is the small one."""
    import streamlit as st

    from mnist_core.data import synthetic

    monkeypatch.setattr(synthetic, "load", lambda report=None: small_set)
    monkeypatch.setattr(synthetic, "TRAIN_WRITERS", range(5))
    monkeypatch.setattr(synthetic, "TEST_WRITERS", range(5, 8))
    st.cache_data.clear()
    yield small_set
    st.cache_data.clear()


@pytest.fixture
def loaded_models(only_small_set):
    """The models that ship are loaded, and digits of the small set are there to take."""
    import app_pages

    app_pages.load_samples()


@pytest.fixture
def nothing_trains(monkeypatch):
    """Runs are queued and stay so: no process is started."""
    monkeypatch.setattr("mnist_core.scheduler.scheduler.advance", lambda rest=0.0: None)
    monkeypatch.setattr("mnist_core.scheduler.scheduler.prewarm", lambda: None)


@pytest.fixture
def drawn(monkeypatch):
    """A list of pen paths that stands for what a person adds to the canvas."""
    from pages.ui.widgets import canvas

    added = []
    monkeypatch.setattr(
        canvas, "pen_paths", lambda first_paths, pen, backdrop, width: [*first_paths, *added]
    )
    return added


@pytest.fixture
def clicks(monkeypatch):
    """What stands for clicks on HTML; see `app_pages.Clicks`."""
    import app_pages

    found = app_pages.Clicks()
    monkeypatch.setattr("pages.ui.widgets.clickable.show", found)
    return found
