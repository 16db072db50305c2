"""The segmenter in NumPy says what the Keras model says that it was trained as."""

import numpy as np
import pytest

from mnist_core.pretrained import segmenter_training
from mnist_core.reading import segmenter


def test_cells_hold_all_pixels():
    row = np.arange(48 * 64, dtype=np.float32).reshape(48, 64)
    np.testing.assert_array_equal(segmenter.from_cells(segmenter.to_cells(row)), row)
    np.testing.assert_array_equal(segmenter.to_cells(row)[3, 5], row[6:8, 10:12].ravel())


def test_its_weights_are_few_enough_to_ship():
    weights = segmenter.load_weights()
    assert sum(array.size for array in weights.values()) < 110_000
    assert segmenter.WEIGHTS.stat().st_size < 250_000


@pytest.mark.slow
@pytest.mark.parametrize("width", [16, 112, 320])
def test_it_says_what_the_keras_model_says(width):
    model = segmenter_training.build()
    row = np.random.default_rng(width).random((48, width), np.float32)
    logits, offsets = (np.asarray(out[0]) for out in model(segmenter.to_cells(row)[None]))
    found = segmenter.segment(row, segmenter_training.named_weights(model))
    np.testing.assert_allclose(found.centres, 1 / (1 + np.exp(-logits)), atol=1e-5)
    expected = segmenter.from_cells(offsets) * segmenter.OFFSET_SCALE
    np.testing.assert_allclose(found.offsets, expected, atol=1e-3)
