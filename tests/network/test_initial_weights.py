"""The weights before learning."""

import numpy as np
import pytest

from mnist_core.network import keras_model, summary
from mnist_core.network.initial_weights import initial_weights
from mnist_core.presets import PRESETS

NETWORK = PRESETS["tiny"].network


def test_there_is_an_array_for_every_weight_of_its_shape():
    found = initial_weights(NETWORK)
    assert {name: array.shape for name, array in found.items()} == summary.weight_shapes(NETWORK)
    assert {array.dtype for array in found.values()} == {np.dtype("float32")}


@pytest.mark.slow  # loads TensorFlow
def test_they_are_spread_as_keras_spreads_them():
    ours = initial_weights(NETWORK)
    for name, theirs in keras_model.weights(keras_model.build(NETWORK)).items():
        assert ours[name].mean() == pytest.approx(theirs.mean(), abs=0.1)
        assert ours[name].std() == pytest.approx(theirs.std(), rel=0.3)
