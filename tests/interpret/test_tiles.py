"""Pictures of maps, and what is where on them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.interpret import tiles
from mnist_core.interpret.tiles import TileGrid

mosaics = st.builds(
    TileGrid, st.integers(1, 40), st.integers(1, 9), st.integers(1, 9), st.integers(1, 12)
)


def test_nothing_is_black_the_largest_is_white_and_less_than_nothing_is_blue():
    found = tiles.colour_map(np.array([0.0, 2.0, -2.0, 1.0]))
    assert found[0].tolist() == [0, 0, 0]
    assert found[1].tolist() == [255, 255, 255]
    assert found[2].argmax() == 2
    assert found[3].tolist() == [128, 128, 128]


def test_values_that_are_no_numbers_are_black():
    assert not tiles.colour_map(np.array([np.nan, 0.0]), 1.0).any()


@given(mosaics, st.data())
def test_the_middle_of_every_pixel_is_found_again(tiles, data):
    number = data.draw(st.integers(0, tiles.count - 1))
    row, column = (data.draw(st.integers(0, n - 1)) for n in (tiles.height, tiles.width))
    top, left = tiles.corner(number)
    height, width = tiles.size
    x, y = (left + column + 0.5) / width, (top + row + 0.5) / height
    assert tiles.at(x, y) == (number, row, column)


@given(mosaics, st.floats(-0.1, 1.1), st.floats(-0.1, 1.1))
def test_every_point_belongs_to_a_tile(tiles, x, y):
    number, row, column = tiles.at(x, y)
    assert 0 <= number < tiles.count
    assert 0 <= row < tiles.height
    assert 0 <= column < tiles.width


def test_each_tile_is_where_its_corner_is():
    tiles = TileGrid(5, 2, 3, 2)
    values = np.zeros((5, 2, 3))
    values[3] = 1
    picture = tiles.draw(values)
    top, left = tiles.corner(3)
    assert picture.shape == (*tiles.size, 4)
    white = (picture == 255).all(axis=-1)
    assert white[top : top + 2, left : left + 3].all()
    assert white.sum() == 6


def test_tiles_hide_the_page_and_the_end_of_the_last_row_shows_it():
    tiles = TileGrid(5, 2, 3, 2)
    opaque = tiles.draw(np.zeros((5, 2, 3)))[..., 3]
    assert (opaque == 255).sum() == 5 * 2 * 3
    top, left = tiles.corner(5)
    assert not opaque[top:, left:].any()


@pytest.mark.parametrize(("sign", "brightest"), [(1, 0), (-1, 2)])
def test_ink_for_a_digit_is_orange_and_against_it_blue(sign, brightest):
    parts, image = np.zeros((28, 28)), np.zeros((28, 28), np.uint8)
    parts[5, 5], image[5, 5], image[9, 9] = sign, 255, 200
    found = tiles.attribution_overlay(parts, image)
    assert found[5, 5].argmax() == brightest
    assert len(set(found[9, 9].tolist())) == 1  # ink that said nothing stays grey
