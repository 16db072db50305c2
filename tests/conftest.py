"""What all tests share: a home of their own for runs and models."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
pytest_plugins = ["page_fixtures"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A fresh, empty place for runs and models; no test touches the user's own."""
    place = tmp_path / "home"
    monkeypatch.setenv("MNIST_CORE_HOME", str(place))
    return place
