"""Which bands of ink are rows of digits, and how a row is laid out for the segmenter."""

import numpy as np
import pytest

from mnist_core.reading import rows
from mnist_core.reading.segmenter import HEIGHT, MULTIPLE


@pytest.mark.parametrize(
    ("bands", "widths", "merged"),
    [
        ([(0, 50), (60, 110)], [300, 200], [(0, 50), (60, 110)]),  # two numbers
        ([(0, 6), (10, 60)], [40, 50], [(0, 60)]),  # a 5 and its flag
        ([(0, 50), (54, 60)], [300, 20], [(0, 60)]),  # what hangs below
        ([(0, 28), (32, 60)], [30, 34], [(0, 60)]),  # the halves of a broken 8
        ([(0, 50), (70, 120)], [30, 34], [(0, 50), (70, 120)]),  # a 1 above a 1
        ([(0, 50), (56, 60), (70, 120)], [300, 9, 300], [(0, 60), (70, 120)]),
    ],
)
def test_a_band_is_a_row_unless_it_is_a_piece_of_one(bands, widths, merged):
    assert rows.merge_bands(bands, widths) == merged


def test_hatching_and_noise_are_one_row():
    bands = [(10 * i, 10 * i + 4) for i in range(1000)]
    assert rows.merge_bands(bands, [50] * 1000) == [(0, 9994)]


@pytest.mark.parametrize(("height", "width"), [(30, 200), (7, 3), (400, 50), (2, 4000)])
def test_a_row_fills_the_segmenters_height_or_width_and_can_be_found_again(height, width):
    ink = np.zeros((height + 30, width + 70), np.uint8)
    ink[20 : 20 + height, 40 : 40 + width] = 200
    row = rows.to_row(ink)
    assert row.pixels.shape[0] == HEIGHT and row.pixels.shape[1] % MULTIPLE == 0
    assert row.pixels.max() == 1 and row.pixels.dtype == np.float32
    inked = np.argwhere(row.pixels > 0.5)
    first = inked.min(axis=0) / row.scale + (row.top, row.left)
    np.testing.assert_allclose(first, (20, 40), atol=1 / row.scale)
