"""The model that ships is what its card says."""

import json

import numpy as np
import pytest

from mnist_core.config.schema import Experiment
from mnist_core.data import loading, mnist, synthesis
from mnist_core.evaluation.metrics import evaluate
from mnist_core.models import store as model_store
from mnist_core.network import summary
from mnist_core.prediction import NOT_SURE_BELOW, Classifier
from mnist_core.preprocess.mnist_rule import to_mnist
from mnist_core.pretrained.recipe import NETWORK, RECIPE, ReaderRecipe
from mnist_core.strokes import non_digits, rendering
from mnist_core.strokes.rasterize import rasterize


@pytest.mark.slow
def test_it_reads_mnist_as_well_as_its_card_says():
    if mnist.find_mnist() is None:
        pytest.skip("MNIST is not on this computer")
    dataset = loading.load("mnist")
    card = model_store.card("reader")
    result = evaluate(Classifier.load("reader"), dataset.test)
    assert result[:2] == pytest.approx((card["test"]["accuracy"], card["test"]["loss"]), abs=2e-4)
    assert card["data"]["checksum"] == dataset.checksum


def test_its_card_names_its_experiment_its_size_and_how_it_was_trained():
    card = model_store.card("reader")
    experiment = Experiment.from_json(json.dumps(card["experiment"]))
    assert (experiment.network, experiment.recipe) == (NETWORK, RECIPE)
    assert card["parameters"] == summary.parameter_count(NETWORK) <= 1_000_000
    assert card["about"]["training"] == ReaderRecipe().to_card() | {"dtype": "bfloat16"}
    files = model_store.weights_path("reader").parent.iterdir()
    assert sum(file.stat().st_size for file in files) <= 4_000_000  # small enough to ship


def test_its_card_says_what_it_learned_from_and_how_well_it_reads_each_set():
    about = model_store.card("reader")["about"]
    assert {source["licence"] for source in about["sources"]} == {"CC BY-SA 3.0", "CC BY 4.0"}
    assert sum(s.get("writers", 0) for s in about["sources"] if s["use"] == "learned") == 219
    for figures in about["figures"].values():
        low, high = figures["interval"]
        assert low < figures["accuracy"] < high
        assert figures["images"] > 1000
    assert about["reads_badly"] and about["measured"]


@pytest.mark.slow
def test_it_reads_nearly_all_that_the_pen_model_writes_and_doubts_what_is_no_digit():
    reader = Classifier.load("reader")
    images, labels, _ = synthesis.synthesize(300, seed=1)
    assert (reader.probabilities(images).argmax(axis=1) == labels).mean() > 0.93
    none = rendering.render_non_digits(200, 5, non_digits.random_unseen_shape)
    assert (reader.probabilities(none).max(axis=1) < NOT_SURE_BELOW).mean() > 0.7


def test_it_reads_a_one_and_a_zero_drawn_with_a_pen():
    angle = np.linspace(0, 2 * np.pi, 40)
    one = [np.array([[140, 50], [140, 230]])]
    zero = [np.stack([140 + 60 * np.cos(angle), 140 + 90 * np.sin(angle)], axis=1)]
    images = np.stack([to_mnist(rasterize(strokes)) for strokes in (one, zero)])
    assert Classifier.load("reader").probabilities(images).argmax(axis=1).tolist() == [1, 0]
