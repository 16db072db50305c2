"""The model that ships is what its card says."""

import numpy as np
import pytest

from mnist_core import data, models, network
from mnist_core.config import Experiment
from mnist_core.evaluation import accuracy_and_loss
from mnist_core.options import from_plain
from mnist_core.prediction import Classifier
from mnist_core.preprocess import to_mnist
from mnist_core.strokes import draw


def test_it_reads_mnist_as_well_as_its_card_says():
    if data.find_mnist() is None:
        pytest.skip("MNIST is not on this computer")
    mnist = data.load("mnist")
    card = models.card("reader")
    found = accuracy_and_loss(Classifier.load("reader"), mnist.test)
    assert found == pytest.approx((card["test"]["accuracy"], card["test"]["loss"]), abs=2e-4)
    assert card["data"]["checksum"] == mnist.checksum


def test_its_card_names_its_experiment_its_size_and_its_weights():
    card = models.card("reader")
    experiment = from_plain(Experiment, card["experiment"])
    assert card["parameters"] == network.parameter_count(experiment.network)
    assert models.weights_path("reader").stat().st_size < 4_000_000


def test_it_reads_a_one_and_a_zero_drawn_with_a_pen():
    angle = np.linspace(0, 2 * np.pi, 40)
    one = [np.array([[140, 50], [140, 230]])]
    zero = [np.stack([140 + 60 * np.cos(angle), 140 + 90 * np.sin(angle)], axis=1)]
    images = np.stack([to_mnist(draw(strokes)) for strokes in (one, zero)])
    assert Classifier.load("reader").probabilities(images).argmax(axis=1).tolist() == [1, 0]
