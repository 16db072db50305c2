"""The curves of a perturbed test set: counted one by one, kept point by point."""

import json

import numpy as np
import pytest
from damages import FILES
from kept_models import keep

from mnist_core.data import synthesis
from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, labelled_sets, perturbations, robustness
from mnist_core.evaluation.cached_predictions import Predictions
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.runs import store as run_store

COUNT = 40
POINTS = sum(len(perturbation.amounts) - 1 for perturbation in PERTURBATIONS.values())


@pytest.fixture(scope="module")
def test():
    """Digits that the counting classifier reads right as long as they are not perturbed."""
    images, _, _ = synthesis.synthesize(COUNT, seed=2, writers=range(3))
    labels = images.sum(axis=(1, 2), dtype=int) // 3000 % 10
    return labelled_sets.make_test_set(Digits(images, labels.astype(np.uint8)))


def missing(test, model="classic"):
    return len(robustness.missing_points(robustness.cached(model, test)))


@pytest.fixture
def path(test, classifier):
    """Where the points are kept."""
    cached_predictions.predict("classic", test)  # makes the folder
    return cached_predictions.cache_path("classic", test, robustness.ENDING)


def test_each_point_is_what_reading_the_perturbed_images_one_by_one_gives(test, classifier):
    curves = robustness.measure("classic", test)
    assert {name: tuple(sorted(curve)) for name, curve in curves.items()} == {
        name: perturbation.amounts for name, perturbation in PERTURBATIONS.items()
    }
    assert all(curves[name][p.identity] == COUNT for name, p in PERTURBATIONS.items())
    points = {"shift": 2, "rotation": -30, "scale": 0.7, "pen": 1, "noise": 40}
    for name, amount in points.items():
        images = perturbations.perturb(name, test.digits.images, amount)
        predicted = [classifier.probabilities(image[None])[0].argmax() for image in images]
        assert curves[name][amount] == (predicted == test.digits.labels).sum()


def test_nothing_is_computed_twice(test, classifier):
    first = robustness.measure("classic", test)
    assert robustness.measure("classic", test) == first == robustness.cached("classic", test)
    assert classifier.calls == 1 + POINTS


def test_who_stops_keeps_the_points_so_far_and_goes_on_later(test, classifier):
    steps = []
    some = robustness.measure("classic", test, steps.append, lambda: len(steps) > 5)
    assert robustness.cached("classic", test) == some
    left = [len(robustness.missing_points(curves)) for curves in [*steps, some]]
    assert left == [*range(POINTS, POINTS - 6, -1), POINTS - 5]
    robustness.measure("classic", test)
    assert classifier.calls == 1 + POINTS


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"shift": 7}', '{"shift": [[1, 2, 3]]}', '{"shift": [["1", 4]], "pen": [[1, -1]]}',
     '{"shift": [[0.123, 4]], "pen": [[1, 9999]]}', '{"shift": [[1, null]]}'],
)  # fmt: skip
def test_a_damaged_file_of_points_is_as_good_as_none(test, path, content):
    path.write_text(content)
    assert missing(test) == POINTS


@pytest.mark.parametrize("damage", FILES)
def test_what_stands_in_place_of_a_file_of_points_is_as_good_as_none(test, path, damage):
    path.write_text("{}")
    FILES[damage](path)
    assert missing(test) == POINTS


def test_a_file_of_points_is_plain_json(test, path):
    curves = robustness.measure("classic", test)
    pairs = json.loads(path.read_text())
    assert {name: dict(map(tuple, of_name)) for name, of_name in pairs.items()} == curves


def test_points_of_another_version_of_the_perturbations_are_not_used(test, classifier, monkeypatch):
    robustness.measure("classic", test)
    monkeypatch.setattr(robustness, "ENDING", "-robustness-0.json")
    assert missing(test) == POINTS


def test_without_a_folder_to_keep_them_all_points_are_still_returned(test, classifier, home):
    home.write_text("a file where the folder should be")
    assert robustness.missing_points(robustness.measure("classic", test)) == []


def test_the_estimated_time_grows_with_the_points_and_the_images(test):
    predictions = Predictions(np.zeros((COUNT, 10), np.float32), 2.0)
    assert robustness.estimate_seconds(predictions, test, 0) == 0
    assert robustness.estimate_seconds(predictions, test, 10) == pytest.approx(20, rel=0.01)


def test_points_of_a_model_that_is_deleted_meanwhile_are_not_kept_with_the_next(test, classifier):
    old, later = keep("mine"), []

    def replace(curves):
        if not later:
            run_store.delete("mine")
            later.append(keep("mine"))

    robustness.measure(old, test, replace)
    assert not (later[0].folder / "reports").exists()


def test_points_of_a_model_that_is_renamed_meanwhile_are_kept_with_it(test, classifier):
    model = keep("mine")
    robustness.measure("mine", test, lambda curves: rename_once(model))
    assert missing(test, "best") == 0


def rename_once(model):
    if model.name == "mine":
        run_store.rename(model, "best")
