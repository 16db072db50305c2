"""What an image's pixels hold, laid back over the picture that it was made of."""

import numpy as np
import pytest

from mnist_core.preprocess import mnist_rule
from mnist_core.strokes.rasterize import rasterize

SEVEN = np.array([(60.0, 50), (180, 50), (110, 230)])


@pytest.mark.parametrize("offset", [(0, 0), (40, 30), (-35, -20)])
def test_the_images_own_pixels_come_to_lie_where_the_ink_is(offset):
    picture = rasterize([SEVEN + offset], canvas=280, width=24)
    image = mnist_rule.to_mnist(picture)
    laid = mnist_rule.values_on_picture(image.astype(float), picture)
    assert laid.shape == picture.shape
    assert laid[picture == 255].mean() > 200  # as bright as ink, up to blurred edges
    assert np.corrcoef(laid.ravel(), picture.ravel())[0, 1] > 0.9


def test_outside_the_image_there_is_nothing():
    picture = np.zeros((300, 300), np.uint8)
    picture[140:160, 140:160] = 255
    laid = mnist_rule.values_on_picture(np.ones((28, 28)), picture)
    assert laid[150, 150] == 1
    assert not laid[:100].any()
