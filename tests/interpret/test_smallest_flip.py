"""The smallest move that flips an answer."""

import numpy as np
import pytest

from mnist_core.evaluation import perturbations
from mnist_core.interpret import smallest_flip
from mnist_core.prediction import Classifier


class Left:
    """Reads a 1 where most ink is left of `border`, else a 2; surer the further it is."""

    def __init__(self, border):
        self.border = border

    def probabilities(self, images):
        ink = images.astype(float) + 1e-9
        middle = (ink.sum(axis=1) * np.arange(28)).sum(axis=1) / ink.sum(axis=(1, 2))
        found = np.zeros((len(images), 10))
        found[:, 1] = 1 / (1 + np.exp(middle - self.border))
        found[:, 2] = 1 - found[:, 1]
        return found


def square():
    """Ink in columns 10 to 14: its middle is 12."""
    image = np.zeros((28, 28), np.uint8)
    image[11:17, 10:15] = 255
    return image


@pytest.mark.parametrize(("border", "right"), [(12.1, 0.5), (13.8, 2.0), (15.6, 4.0)])
def test_the_nearest_shift_is_found(border, right):
    found = smallest_flip.smallest_shift(Left(border), square())
    assert (found.right, found.down, found.rotation, found.digit) == (right, 0, 0, 2)
    assert found.probability > 0.5


class Anywhere:
    """Reads a 2 as soon as the ink has moved by a pixel, most surely of all when it moved up."""

    def probabilities(self, images):
        found = np.zeros((len(images), 10))
        for i, image in enumerate(images):
            rows, columns = np.nonzero(image == 255)
            down, right = rows.mean() - 13.5, columns.mean() - 12
            moved = max(abs(down), abs(right)) >= 1
            found[i, 2] = (0.9 if down < 0 else 0.6) if moved else 0.1
            found[i, 1] = 1 - found[i, 2]
        return found


def test_of_equally_near_shifts_the_surest_is_taken():
    found = smallest_flip.smallest_shift(Anywhere(), square())
    assert (found.right, found.down, found.probability) == (0, -1, 0.9)


def test_where_no_shift_flips_it_that_is_said():
    assert smallest_flip.smallest_shift(Left(99), square()) is None


def test_shifts_are_those_of_the_test_sets_moves():
    image = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    for right in (1.5, 3.0):
        moved = smallest_flip._transform(image, right, 0.0, 0.0)
        wanted = perturbations.shift(image[None], right)[0]  # the first image goes to the right
        assert np.abs(moved.astype(int) - wanted).max() <= 1


def test_no_smaller_turn_flips_the_answer():
    classifier = Classifier.load("classic")
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 13:15] = 255
    before = classifier.probabilities(bar[None])[0].argmax()
    found = smallest_flip.smallest_rotation(classifier, bar)
    assert found is not None
    assert found.digit != before
    for angle in range(1, int(abs(found.rotation))):
        for turn in (angle, -angle):
            turned = perturbations.rotate(bar[None], turn)
            assert classifier.probabilities(turned)[0].argmax() == before
