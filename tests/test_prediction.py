import threading
from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_core import prediction
from mnist_core.config import validation
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network
from mnist_core.models import store as model_store
from mnist_core.network import keras_model
from mnist_core.prediction import Classifier

SMALL = Network(
    blocks=(ConvBlock(filters=4, batch_normalization=True, dropout_rate=0.5),),
    dense=(DenseLayer(units=8, dropout_rate=0.5),),
)


@pytest.fixture(scope="module")
def classifier():
    return Classifier(keras_model.build(SMALL, seed=1))


def images(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("count", [0, 1, 7, 2300])
def test_each_image_gets_ten_probabilities_that_sum_to_one(classifier, count):
    found = classifier.probabilities(images(count))
    assert found.shape == (count, 10)
    assert found.dtype == np.float32
    assert found.min(initial=0) >= 0
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_it_answers_what_keras_predict_answers(classifier):
    x = images(50)[..., None] / np.float32(255)
    expected = classifier.model.predict(x, verbose=0)
    assert classifier.probabilities(images(50)) == pytest.approx(expected, abs=1e-5)


def test_two_views_are_the_mean_of_the_logits_half_a_pixel_apart(classifier):
    x = np.pad(images(20).astype(np.float64), [(0, 0), (0, 1), (0, 1)])
    moved = (x[:, :-1, :-1] + x[:, 1:, :-1] + x[:, :-1, 1:] + x[:, 1:, 1:]) / 4
    views = [x[:, :-1, :-1], moved]
    each = [classifier.model.predict(view[..., None] / 255, verbose=0) for view in views]
    mean = np.exp(np.mean(np.log(each), axis=0))
    found = Classifier(classifier.model, views=2).probabilities(images(20))
    assert found == pytest.approx(mean / mean.sum(axis=1, keepdims=True), abs=1e-5)


def test_an_image_is_read_the_same_alone_and_among_others(classifier):
    together = classifier.probabilities(images(2300))
    for i in (0, 999, 1000, 2299):
        alone = classifier.probabilities(images(2300)[i : i + 1])
        assert alone[0] == pytest.approx(together[i], abs=1e-5)


def test_asking_twice_gives_the_same_answer_although_there_is_dropout(classifier):
    first, second = (classifier.probabilities(images(20)) for _ in range(2))
    assert (first == second).all()


def test_threads_can_ask_at_the_same_time(classifier):
    expected = {seed: classifier.probabilities(images(5, seed)) for seed in range(4)}
    wrong = []

    def ask(seed):
        for _ in range(50):
            found = classifier.probabilities(images(5, seed))
            if not np.allclose(found, expected[seed], atol=1e-5):
                wrong.append(seed)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


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
    with pytest.raises(ValueError, match=r"uint8 \(n, 28, 28\)\. Received: ") as fault:
        classifier.probabilities(bad)
    assert str(np.asarray(bad).shape) in str(fault.value)


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


def test_a_model_is_loaded_once_for_all(saved):
    found = []
    load = lambda: found.append(Classifier.load("mine"))  # noqa: E731
    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert found[0] is found[1] is found[2]


def test_a_model_whose_file_changed_is_loaded_again(saved):
    before = Classifier.load("mine").probabilities(images(3))
    write_model(saved, seed=2)
    assert not np.allclose(Classifier.load("mine").probabilities(images(3)), before)


def test_a_model_that_is_not_there_is_named(saved):
    with pytest.raises(ValueError, match="'yours'"):
        Classifier.load("yours")


def test_only_so_many_classifiers_are_kept(monkeypatch):
    monkeypatch.setattr(prediction, "_classifiers", {})
    for number in range(prediction.CACHE_SIZE + 2):
        prediction._cached(Path(f"kept {number}"), 0, object)
    assert len(prediction._classifiers) == prediction.CACHE_SIZE


def test_the_model_itself_stays_as_it_was(classifier):
    before = [w.copy() for w in classifier.model.get_weights()]
    classifier.probabilities(images(100))
    for old, new in zip(before, classifier.model.get_weights(), strict=True):
        assert (old == new).all()
    assert isinstance(classifier.model, keras.Sequential)


def test_whoever_asks_a_network_in_memory_does_not_wait_for_somebody_elses_to_load(monkeypatch):
    monkeypatch.setattr(prediction, "_classifiers", {})
    kept = prediction._cached(Path("known"), 1, object)
    loads, may_end = threading.Event(), threading.Event()

    def slow():
        loads.set()
        may_end.wait(30)
        return object()

    somebody = threading.Thread(target=prediction._cached, args=(Path("other"), 1, slow))
    somebody.start()
    assert loads.wait(30)
    assert prediction._cached(Path("known"), 1, object) is kept
    may_end.set()
    somebody.join()
    assert set(prediction._classifiers) == {Path("known"), Path("other")}


def test_the_network_that_makes_room_is_the_one_unused_longest(monkeypatch):
    monkeypatch.setattr(prediction, "_classifiers", {})
    monkeypatch.setattr(prediction, "CACHE_SIZE", 3)
    for name in ("a", "b", "c", "a", "d"):
        prediction._cached(Path(name), 1, object)
    assert set(prediction._classifiers) == {Path("c"), Path("a"), Path("d")}
