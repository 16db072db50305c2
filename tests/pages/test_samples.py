"""Draw's digits to take are those of the best data set that there is now, not at the start."""

import numpy as np
import pytest
from app_pages import decode_image, html_bodies, open_page, texts

from mnist_core.data import mnist
from mnist_core.data.types import DataError, Digits, make_dataset

BRIGHT = np.full((10, 28, 28), 250, np.uint8)


@pytest.fixture
def mnist_file(loaded_models, monkeypatch):
    """Where a download would go; there `b"MNIST"` is MNIST, all of it bright, and nothing else."""
    path = mnist.search_paths()[0]
    path.parent.mkdir(parents=True)

    def read(path):
        if path.read_bytes() != b"MNIST":
            raise DataError(f"{path} is not MNIST.")
        digits = Digits(BRIGHT.copy(), np.arange(10, dtype=np.uint8))
        return make_dataset("mnist", digits, digits, str(path))

    monkeypatch.setattr(mnist, "read_mnist", read)
    return path


def sample(app) -> np.ndarray:
    """The first digit to take: uint8 (28, 28)."""
    (styles,) = [body for body in html_bodies(app) if ".st-key-sample-0" in body]
    return decode_image(styles.split("url(")[1].split(")")[0])


def test_samples_are_mnists_once_it_is_downloaded_and_the_built_in_ones_once_it_is_gone(
    mnist_file,
):
    app = open_page("draw")
    built_in = sample(app)
    mnist_file.write_bytes(b"MNIST")
    assert (sample(app.run()) == BRIGHT[0]).all()
    mnist_file.unlink()
    assert (sample(app.run()) == built_in).all()


def test_a_file_that_is_not_mnist_is_named_until_the_real_one_is_in_its_place(mnist_file):
    mnist_file.write_bytes(b"other")
    app = open_page("draw")
    assert "mnist.npz is not MNIST" in texts(app)
    mnist_file.write_bytes(b"MNIST")
    assert "is not MNIST" not in texts(app.run())
    assert (sample(app) == BRIGHT[0]).all()
