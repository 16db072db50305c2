"""The smallest shift or rotation that flips a prediction."""

import numpy as np
import pytest

from mnist_core.data import synthesis
from mnist_core.evaluation import perturbations
from mnist_core.interpret import smallest_flip
from mnist_core.prediction import Classifier


class LeftOrRight:
    """Reads a 1 where the ink's centre is left of `border`, else a 2; surer the further it is."""

    def __init__(self, border):
        self.border = border

    def probabilities(self, images):
        ink = images.astype(float) + 1e-9
        centre = (ink.sum(axis=1) * np.arange(28)).sum(axis=1) / ink.sum(axis=(1, 2))
        probabilities = np.zeros((len(images), 10))
        probabilities[:, 1] = 1 / (1 + np.exp(centre - self.border))
        probabilities[:, 2] = 1 - probabilities[:, 1]
        return probabilities


class Anywhere:
    """Reads a 2 as soon as the ink has moved by a pixel, most surely of all when it moved up."""

    def probabilities(self, images):
        probabilities = np.zeros((len(images), 10))
        for i, image in enumerate(images):
            rows, columns = np.nonzero(image == 255)
            down, right = rows.mean() - 13.5, columns.mean() - 12
            moved = max(abs(down), abs(right)) >= 1
            probabilities[i, 2] = (0.9 if down < 0 else 0.6) if moved else 0.1
        probabilities[:, 1] = 1 - probabilities[:, 2]
        return probabilities


@pytest.fixture
def square():
    """Ink in columns 10 to 14: its centre is at 12."""
    image = np.zeros((28, 28), np.uint8)
    image[11:17, 10:15] = 255
    return image


@pytest.mark.parametrize(("border", "right"), [(12.1, 0.5), (13.8, 2.0), (15.6, 4.0)])
def test_the_nearest_shift_wins(square, border, right):
    flip = smallest_flip.smallest_shift(LeftOrRight(border), square)
    assert (flip.right, flip.down, flip.rotation, flip.digit) == (right, 0, 0, 2)
    assert flip.probability > 0.5
    # the first image of a set is shifted to the right
    assert (flip.image == perturbations.shift(square[None], right)[0]).all()


def test_of_equally_near_shifts_the_surest_wins(square):
    flip = smallest_flip.smallest_shift(Anywhere(), square)
    assert (flip.right, flip.down, flip.probability) == (0, -1, 0.9)


def test_there_may_be_no_shift_that_flips_it(square):
    assert smallest_flip.smallest_shift(LeftOrRight(99), square) is None


class Counted:
    """A classifier, and how many images it has read."""

    def __init__(self, classifier):
        self.classifier, self.images = classifier, 0

    def probabilities(self, images):
        self.images += len(images)
        return self.classifier.probabilities(images)


def test_where_nothing_is_in_doubt_a_quarter_of_all_shifts_is_enough_to_see_that(square):
    classifier = Counted(LeftOrRight(99))
    assert smallest_flip.smallest_shift(classifier, square) is None
    assert 150 < classifier.images < 250  # of 796


def smallest_flipped(classifier, image, changed, sizes) -> float | None:
    """The size of the smallest change that flips the prediction, found by trying all."""
    before = classifier.probabilities(image[None])[0].argmax()
    flipped = classifier.probabilities(np.concatenate(changed)).argmax(axis=1) != before
    return min(np.array(sizes)[flipped], default=None)


def test_the_search_finds_what_trying_all_shifts_and_rotations_finds():
    classifier = Classifier.load("classic")
    halves = np.arange(-8, 8.5, 0.5)
    shifts = [(x, y) for x in halves for y in halves if 0 < np.hypot(x, y) <= 8]
    angles = [s * angle for angle in range(1, 91) for s in (1, -1)]
    for image in synthesis.synthesize(2, 1, range(2))[0]:
        moved = [perturbations.translate(image[None], *shift) for shift in shifts]
        smallest = smallest_flipped(classifier, image, moved, np.hypot(*np.transpose(shifts)))
        flip = smallest_flip.smallest_shift(classifier, image)
        assert (flip and np.hypot(flip.right, flip.down)) == smallest
        turned = [perturbations.rotate(image[None], angle) for angle in angles]
        smallest = smallest_flipped(classifier, image, turned, np.abs(angles))
        flip = smallest_flip.smallest_rotation(classifier, image)
        assert (flip and abs(flip.rotation)) == smallest
