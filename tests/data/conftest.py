"""The places where MNIST is looked for, all of them empty."""

import pytest

from mnist_core.data import mnist


@pytest.fixture
def search_paths(tmp_path, monkeypatch):
    """Keras' cache and our own, in folders that hold nothing; MNIST_PATH is not set."""
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    paths = mnist.search_paths()
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    return paths
