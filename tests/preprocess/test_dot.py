"""A touch of the pen is told from a digit."""

import numpy as np
import pytest

from mnist_core.data import load, mnist
from mnist_core.preprocess import mnist_rule
from mnist_core.preprocess.dot import is_dot
from mnist_core.strokes.rasterize import rasterize


def image_of(*points, width) -> np.ndarray:
    """The image of one stroke on a canvas of 280 pixels."""
    return mnist_rule.to_mnist(rasterize([np.array(points, float)], canvas=280, width=width))


@pytest.mark.parametrize("width", [20, 34, 70])
@pytest.mark.parametrize("length", [0, 4])
def test_a_touch_of_the_pen_is_a_dot(width, length):
    assert is_dot(image_of((140, 140), (140 + length, 140), width=width))


@pytest.mark.parametrize("end", [(140, 230), (230, 140), (200, 200)])
def test_a_line_is_no_dot(end):
    assert not is_dot(image_of((140, 140), end, width=22))


def test_an_empty_image_is_no_dot():
    assert not is_dot(np.zeros((28, 28), np.uint8))


def test_of_mnists_10_000_test_images_3_are_as_compact_as_a_dot():
    if mnist.find_mnist() is None:
        pytest.skip("MNIST is not on this computer")
    assert sum(map(is_dot, load("mnist").test.images)) == 3
