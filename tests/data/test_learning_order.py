"""The ten digits that one can watch being learned."""

import numpy as np
import pytest

from mnist_core.data import learning_order, loading
from mnist_core.data.types import Digits
from mnist_core.presets import PRESETS
from mnist_core.training import train


@pytest.mark.parametrize("data", sorted({"built-in", loading.best_available()}))
def test_the_ten_are_one_of_each_digit(data):
    images, labels = learning_order.ten_digits(data, loading.load(data).test)
    assert images.shape == (10, 28, 28)
    assert sorted(labels) == list(range(10))


def test_of_a_smaller_set_any_ten_are_taken_one_of_each_digit():
    small = Digits(np.zeros((20, 28, 28), np.uint8), np.arange(20, dtype=np.uint8) % 10)
    images, labels = learning_order.ten_digits("mnist", small)
    assert len(images) == 10 and sorted(labels) == list(range(10))


@pytest.mark.slow
def test_a_network_with_another_seed_learns_them_one_after_the_other():
    data = loading.best_available()
    dataset = loading.load(data)
    images, labels = learning_order.ten_digits(data, dataset.test)
    x, learned = (images[..., None] / 255).astype(np.float32), {}

    def read(model, step):
        right = model(x, training=False).numpy().argmax(1) == labels
        learned.update({place: step for place in np.flatnonzero(right) if place not in learned})
        for place in np.flatnonzero(~right):
            learned.pop(place, None)

    quick = {"data": data, "recipe.seed": "77", "recipe.precision": "float32", "recipe.epochs": "1"}
    train(PRESETS["quick"].with_values(quick), dataset, on_weights=read)
    early, late = ([learned.get(place, 900) for place in part] for part in (range(5), range(5, 10)))
    assert len(set(early + late)) >= 5, "they would all turn right at once"
    assert np.median(early) < np.median(late)
