"""What was taken for ink, laid over its picture."""

import numpy as np
import pytest

from mnist_core.plots import found_ink

LEVELS = np.zeros((6, 9), np.uint8)
LEVELS[2, 3:6] = (255, 128, 0)


@pytest.mark.parametrize("shape", [(6, 9), (6, 9, 1), (6, 9, 3), (6, 9, 4)])
def test_only_ink_is_coloured_the_more_of_it_the_more(shape):
    picture = np.full(shape, 200, np.uint8)
    shown = found_ink.overlay(picture, LEVELS)
    assert shown.shape == (6, 9, 3)
    changed = np.abs(shown.astype(int) - 200).sum(axis=2)
    assert changed[2, 3] > changed[2, 4] > 0
    assert (changed[LEVELS == 0] == 0).all()


def test_where_no_ink_was_found_the_picture_is_as_it_was():
    picture = np.full((6, 9, 3), 200, np.uint8)
    assert np.array_equal(found_ink.overlay(picture, None), picture)


def test_the_figure_is_in_the_pictures_pixels_and_outlines_the_frame():
    layout = found_ink.figure(np.zeros((6, 9), np.uint8), LEVELS, (1, 2, 8, 5)).layout
    assert (tuple(layout.xaxis.range), tuple(layout.yaxis.range)) == ((0, 9), (6, 0))
    (image,), (outline,) = layout.images, layout.shapes
    assert (image.x, image.y, image.sizex, image.sizey) == (0, 0, 9, 6)
    assert (outline.x0, outline.y0, outline.x1, outline.y1) == (1, 2, 8, 5)
    assert layout.dragmode == "select"
