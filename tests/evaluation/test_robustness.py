"""The curves of a moved test set: counted one by one, kept point by point."""

import json

import numpy as np
import pytest

from mnist_core.data import synthesis
from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, perturbations, robustness, test_sets
from mnist_core.evaluation.cached_predictions import Predictions
from mnist_core.evaluation.perturbations import PERTURBATIONS

COUNT = 40
POINTS = sum(len(move.amounts) - 1 for move in PERTURBATIONS.values())


class Inky:
    """A classifier that goes by the ink: another answer for another amount of it."""

    def __init__(self):
        self.calls = 0

    def probabilities(self, images):
        self.calls += 1
        found = np.zeros((len(images), 10), np.float32)
        found[np.arange(len(images)), images.sum(axis=(1, 2), dtype=int) // 3000 % 10] = 1
        return found


@pytest.fixture(scope="module")
def digits():
    images, _, _ = synthesis.synthesize(COUNT, seed=2, writers=range(3))
    return Digits(images, (images.sum(axis=(1, 2), dtype=int) // 3000 % 10).astype(np.uint8))


@pytest.fixture
def inky(monkeypatch, home):
    found = Inky()
    monkeypatch.setattr(cached_predictions.Classifier, "load", lambda name: found)
    return found


def counted(digits, name, amount):
    """How many are read right, one image at a time."""
    images = perturbations.perturb(name, digits.images, amount)
    read = [Inky().probabilities(image[None])[0].argmax() for image in images]
    return sum(one == label for one, label in zip(read, digits.labels, strict=True))


def test_each_point_is_what_reading_the_moved_images_one_by_one_gives(digits, inky):
    test = test_sets.make_test_set(digits)
    found = robustness.measure("classic", test)
    assert {name: sorted(curve) for name, curve in found.items()} == {
        name: list(move.amounts) for name, move in PERTURBATIONS.items()
    }
    for name, amount in [
        ("shift", 2),
        ("rotation", -30),
        ("scale", 0.7),
        ("pen", 1),
        ("noise", 40),
    ]:
        assert found[name][amount] == counted(digits, name, amount)
    assert all(found[name][move.identity] == COUNT for name, move in PERTURBATIONS.items())


def test_nothing_is_computed_twice(digits, inky):
    test = test_sets.make_test_set(digits)
    first = robustness.measure("classic", test)
    assert inky.calls == 1 + POINTS
    assert robustness.measure("classic", test) == first == robustness.cached("classic", test)
    assert inky.calls == 1 + POINTS


def test_who_stops_keeps_what_is_there_and_goes_on_later(digits, inky):
    test, told = test_sets.make_test_set(digits), []
    some = robustness.measure("classic", test, told.append, lambda: len(told) > 5)
    assert len(robustness.missing_points(some)) == POINTS - 5
    assert robustness.cached("classic", test) == some
    assert [len(robustness.missing_points(known)) for known in told] == list(
        range(POINTS, POINTS - 6, -1)
    )
    robustness.measure("classic", test)
    assert inky.calls == 1 + POINTS


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"shift": 7}', '{"shift": [[1, 2, 3]]}', '{"shift": [["1", 4]], "pen": [[1, -1]]}',
     '{"shift": [[0.123, 4]], "pen": [[1, 9999]]}', '{"shift": [[1, null]]}'],
)  # fmt: skip
def test_a_damaged_file_of_points_is_as_good_as_none(digits, inky, content):
    test = test_sets.make_test_set(digits)
    cached_predictions.predict("classic", test)
    robustness._cache_path("classic", test).write_text(content)
    assert len(robustness.missing_points(robustness.cached("classic", test))) == POINTS


def test_points_of_another_version_of_the_perturbations_are_not_used(digits, inky, monkeypatch):
    test = test_sets.make_test_set(digits)
    robustness.measure("classic", test)
    monkeypatch.setattr(robustness, "VERSION", robustness.VERSION + 1)
    assert len(robustness.missing_points(robustness.cached("classic", test))) == POINTS


def test_without_a_place_to_keep_them_all_points_are_still_returned(digits, inky, home):
    home.write_text("a file where the folder should be")
    found = robustness.measure("classic", test_sets.make_test_set(digits))
    assert robustness.missing_points(found) == []


def test_a_file_of_points_is_plain_json(digits, inky):
    test = test_sets.make_test_set(digits)
    found = robustness.measure("classic", test)
    plain = json.loads(robustness._cache_path("classic", test).read_text())
    assert {name: dict(map(tuple, pairs)) for name, pairs in plain.items()} == found


def test_the_time_to_come_grows_with_the_points_and_the_images(digits):
    test, known = (
        test_sets.make_test_set(digits),
        Predictions(np.zeros((COUNT, 10), np.float32), 2.0),
    )
    assert robustness.estimate_seconds(known, test, 0) == 0
    assert robustness.estimate_seconds(known, test, 10) == pytest.approx(10 * 2.0, rel=0.01)
