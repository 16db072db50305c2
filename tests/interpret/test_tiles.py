"""Maps as images, and what is where on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.interpret import tiles
from mnist_core.interpret.tiles import TileGrid

grids = st.builds(
    TileGrid, st.integers(1, 40), st.integers(1, 9), st.integers(1, 9), st.integers(1, 12)
)


def test_zero_and_nan_are_black_the_largest_is_white_and_below_zero_is_blue():
    black, white, blue, grey, nan = tiles.colour_map(np.array([0.0, 2.0, -2.0, 1.0, np.nan]), 2.0)
    assert black.tolist() == nan.tolist() == [0, 0, 0]
    assert white.tolist() == [255, 255, 255]
    assert blue.argmax() == 2
    assert grey.tolist() == [128, 128, 128]
    assert tiles.colour_map(np.array([0.5])).tolist() == [[255, 255, 255]]  # the largest of all


@given(grids, st.data())
def test_the_centre_of_every_pixel_is_located_in_it(grid, data):
    number = data.draw(st.integers(0, grid.count - 1))
    row, column = (data.draw(st.integers(0, n - 1)) for n in (grid.height, grid.width))
    top, left = grid.corner(number)
    height, width = grid.size
    assert grid.at((left + column + 0.5) / width, (top + row + 0.5) / height) == (
        number,
        row,
        column,
    )


@given(grids, st.floats(-0.1, 1.1), st.floats(-0.1, 1.1))
def test_every_point_belongs_to_a_tile(grid, x, y):
    number, row, column = grid.at(x, y)
    assert 0 <= number < grid.count
    assert 0 <= row < grid.height
    assert 0 <= column < grid.width


def test_each_tile_is_opaque_at_its_corner_and_the_end_of_the_last_row_is_transparent():
    grid = TileGrid(5, 2, 3, 2)
    values = np.zeros((5, 2, 3))
    values[3] = 1
    pixels = grid.draw(values)
    assert pixels.shape == (*grid.size, 4)
    white = (pixels == 255).all(axis=-1)
    top, left = grid.corner(3)
    assert white[top : top + 2, left : left + 3].all() and white.sum() == 6
    opaque = pixels[..., 3] == 255
    assert opaque.sum() == 5 * 2 * 3
    top, left = grid.corner(5)
    assert not opaque[top:, left:].any()


@pytest.mark.parametrize(("sign", "brightest"), [(1, 0), (-1, 2)])
def test_ink_for_a_digit_is_orange_and_against_it_blue_and_other_ink_grey(sign, brightest):
    attributions, image = np.zeros((28, 28)), np.zeros((28, 28), np.uint8)
    attributions[5, 5], image[5, 5], image[9, 9] = sign, 255, 200
    overlay = tiles.attribution_overlay(attributions, image)
    assert overlay[5, 5].argmax() == brightest
    assert len(set(overlay[9, 9].tolist())) == 1
