"""Images to probabilities: the same as Keras, in any number, from many threads, loaded once."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from mnist_core.config import validation
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network
from mnist_core.models import store as model_store
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier, ClassifierCache

SMALL = Network(
    blocks=(ConvBlock(filters=4, batch_normalization=True, dropout_rate=0.5),),
    dense=(DenseLayer(units=8, dropout_rate=0.5),),
)


@pytest.fixture(scope="module")
def classifier():
    return Classifier(keras_model.to_inference(SMALL, model()))


def model():
    return keras_model.build(SMALL, seed=1)


def images(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)


def in_threads(calls):
    """Make all calls at the same time; what they return."""
    results = []
    threads = [threading.Thread(target=lambda c=call: results.append(c())) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("count", [0, 1, 7, 2300])
def test_each_image_gets_ten_probabilities_that_sum_to_one(classifier, count):
    probabilities = classifier.probabilities(images(count))
    assert (probabilities.shape, probabilities.dtype) == ((count, 10), np.float32)
    assert probabilities.min(initial=0) >= 0
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_it_predicts_what_keras_predicts_twice_the_same_and_changes_no_weight(classifier):
    weights = {name: w.copy() for name, w in classifier.network.weights.items()}
    expected = model().predict(images(50)[..., None] / np.float32(255), verbose=0)
    first, second = (classifier.probabilities(images(50)) for _ in range(2))
    assert first == pytest.approx(expected, abs=1e-5)
    assert (first == second).all()  # although there is dropout
    for name, weight in classifier.network.weights.items():
        assert (weight == weights[name]).all()


def test_two_views_are_the_mean_of_the_logits_half_a_pixel_apart(classifier):
    x = np.pad(images(20).astype(np.float64), [(0, 0), (0, 1), (0, 1)])
    moved = (x[:, :-1, :-1] + x[:, 1:, :-1] + x[:, :-1, 1:] + x[:, 1:, 1:]) / 4
    views = [x[:, :-1, :-1], moved]
    each = [model().predict(view[..., None] / 255, verbose=0) for view in views]
    mean = np.exp(np.mean(np.log(each), axis=0))
    probabilities = Classifier(classifier.network, views=2).probabilities(images(20))
    assert probabilities == pytest.approx(mean / mean.sum(axis=1, keepdims=True), abs=1e-5)


def test_an_image_is_read_the_same_alone_and_among_others(classifier):
    together = classifier.probabilities(images(2300))
    for i in (0, 999, 1000, 2299):
        alone = classifier.probabilities(images(2300)[i : i + 1])
        assert alone[0] == pytest.approx(together[i], abs=1e-5)


def test_threads_can_predict_at_the_same_time(classifier):
    expected = {seed: classifier.probabilities(images(5, seed)) for seed in range(4)}

    def all_right(seed):
        return all(
            np.allclose(classifier.probabilities(images(5, seed)), expected[seed], atol=1e-5)
            for _ in range(50)
        )

    assert in_threads([lambda seed=seed: all_right(seed) for seed in range(4)]) == [True] * 4


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 28), np.float32),
        np.zeros((1, 28, 28, 1), np.uint8),
        np.zeros((1, 20, 20), np.uint8),
        [],
    ],
    ids=["one image without an n", "floats", "with channels", "another size", "a list"],
)
def test_other_input_is_refused_with_what_was_expected_and_what_came(classifier, bad):
    with pytest.raises(ValueError, match=r"uint8 \(n, 28, 28\)\. Received: ") as error:
        classifier.probabilities(bad)
    assert str(np.asarray(bad).shape) in str(error.value)


@pytest.fixture
def saved(home):
    """The folder of a model called "mine"."""
    folder = home / "runs" / "mine"
    folder.mkdir(parents=True)
    write_model(folder, seed=1)
    return folder


def write_model(folder, seed):
    experiment = Experiment(network=SMALL)
    (folder / "experiment.json").write_text(experiment.to_json())
    card = {"name": "mine", "experiment": validation.to_dict(experiment)}
    model_store.save(folder, keras_model.build(SMALL, seed), card)


def test_a_model_is_loaded_once_for_all_threads(saved):
    first, *others = in_threads([lambda: Classifier.load("mine")] * 3)
    assert len(others) == 2 and all(other is first for other in others)


def test_a_model_whose_file_changed_is_loaded_again(saved):
    before = Classifier.load("mine").probabilities(images(3))
    write_model(saved, seed=2)
    assert not np.allclose(Classifier.load("mine").probabilities(images(3)), before)


def test_a_model_whose_card_asks_for_another_view_is_loaded_again(saved):
    before = Classifier.load("mine").probabilities(images(3))
    card = json.loads((saved / "card.json").read_text())
    (saved / "card.json").write_text(json.dumps(card | {"looks": 2}))
    assert not np.allclose(Classifier.load("mine").probabilities(images(3)), before)


def test_a_model_that_does_not_exist_is_named(saved):
    with pytest.raises(ValueError, match="'yours'"):
        Classifier.load("yours")


def test_the_classifier_that_makes_room_is_the_one_unused_longest():
    cache, made = ClassifierCache(max_bytes=3000), []

    def get(name):
        cache.get(Path(name), 1, 1000, lambda: made.append(name) or object())

    for name in "abcad":
        get(name)
    for name in "cadb":  # b made room for d
        get(name)
    assert made == [*"abcd", "b"]


def test_a_large_classifier_takes_the_room_of_several_and_the_last_one_stays():
    cache = ClassifierCache(max_bytes=3000)
    first = {name: cache.get(Path(name), 1, 1000, object) for name in "abc"}
    large = cache.get(Path("large"), 1, 2000, object)
    assert cache.get(Path("c"), 1, 1000, object) is first["c"]
    assert cache.get(Path("large"), 1, 2000, object) is large
    assert cache.get(Path("b"), 1, 1000, object) is not first["b"]
    huge = cache.get(Path("huge"), 1, 9000, object)
    assert cache.get(Path("huge"), 1, 9000, object) is huge


def test_a_loaded_model_does_not_wait_while_another_one_loads():
    cache = ClassifierCache()
    kept = cache.get(Path("known"), 1, 1000, object)
    loads, may_end = threading.Event(), threading.Event()

    def load_slowly():
        loads.set()
        may_end.wait(30)
        return object()

    thread = threading.Thread(target=cache.get, args=(Path("other"), 1, 1000, load_slowly))
    thread.start()
    assert loads.wait(30)
    assert cache.get(Path("known"), 1, 1000, object) is kept
    may_end.set()
    thread.join()
