"""The curves of a moved test set: counted one by one, kept point by point."""

import json

import numpy as np
import pytest

from mnist_core import handwriting, moves, reports, robustness
from mnist_core.data import Digits
from mnist_core.moves import MOVES
from mnist_core.reports import Answers

COUNT = 40
POINTS = sum(len(move.amounts) - 1 for move in MOVES.values())


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
    images, _, _ = handwriting.write(COUNT, seed=2, writers=range(3))
    return Digits(images, (images.sum(axis=(1, 2), dtype=int) // 3000 % 10).astype(np.uint8))


@pytest.fixture
def inky(monkeypatch, home):
    found = Inky()
    monkeypatch.setattr(reports.Classifier, "load", lambda name: found)
    return found


def counted(digits, name, amount):
    """How many are read right, one image at a time."""
    images = moves.moved(name, digits.images, amount)
    read = [Inky().probabilities(image[None])[0].argmax() for image in images]
    return sum(one == label for one, label in zip(read, digits.labels, strict=True))


def test_each_point_is_what_reading_the_moved_images_one_by_one_gives(digits, inky):
    test = reports.exam(digits)
    found = robustness.measure("classic", test)
    assert {name: sorted(curve) for name, curve in found.items()} == {
        name: list(move.amounts) for name, move in MOVES.items()
    }
    for name, amount in [
        ("shift", 2),
        ("rotation", -30),
        ("scale", 0.7),
        ("pen", 1),
        ("noise", 40),
    ]:
        assert found[name][amount] == counted(digits, name, amount)
    assert all(found[name][move.still] == COUNT for name, move in MOVES.items())


def test_nothing_is_computed_twice(digits, inky):
    test = reports.exam(digits)
    first = robustness.measure("classic", test)
    assert inky.calls == 1 + POINTS
    assert robustness.measure("classic", test) == first == robustness.kept("classic", test)
    assert inky.calls == 1 + POINTS


def test_who_stops_keeps_what_is_there_and_goes_on_later(digits, inky):
    test, told = reports.exam(digits), []
    some = robustness.measure("classic", test, told.append, lambda: len(told) > 5)
    assert len(robustness.missing(some)) == POINTS - 5
    assert robustness.kept("classic", test) == some
    assert [len(robustness.missing(known)) for known in told] == list(range(POINTS, POINTS - 6, -1))
    robustness.measure("classic", test)
    assert inky.calls == 1 + POINTS


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"shift": 7}', '{"shift": [[1, 2, 3]]}', '{"shift": [["1", 4]], "pen": [[1, -1]]}',
     '{"shift": [[0.123, 4]], "pen": [[1, 9999]]}', '{"shift": [[1, null]]}'],
)  # fmt: skip
def test_a_damaged_file_of_points_is_as_good_as_none(digits, inky, content):
    test = reports.exam(digits)
    reports.answers("classic", test)
    robustness._path("classic", test).write_text(content)
    assert len(robustness.missing(robustness.kept("classic", test))) == POINTS


def test_points_of_another_state_of_the_moves_are_not_used(digits, inky, monkeypatch):
    test = reports.exam(digits)
    robustness.measure("classic", test)
    monkeypatch.setattr(robustness, "_state_of_moves", lambda: "another state")
    assert len(robustness.missing(robustness.kept("classic", test))) == POINTS


def test_without_a_place_to_keep_them_all_points_are_still_returned(digits, inky, home):
    home.write_text("a file where the folder should be")
    found = robustness.measure("classic", reports.exam(digits))
    assert robustness.missing(found) == []


def test_a_file_of_points_is_plain_json(digits, inky):
    test = reports.exam(digits)
    found = robustness.measure("classic", test)
    plain = json.loads(robustness._path("classic", test).read_text())
    assert {name: dict(map(tuple, pairs)) for name, pairs in plain.items()} == found


def test_the_time_to_come_grows_with_the_points_and_the_images(digits):
    test, known = reports.exam(digits), Answers(np.zeros((COUNT, 10), np.float32), 2.0)
    assert robustness.seconds(known, test, 0) == 0
    assert robustness.seconds(known, test, 10) == pytest.approx(10 * 2.0, rel=0.01)
