"""Random changes to training images stay within their limits and are decided by their seed."""

import math

import numpy as np
import pytest

from mnist_core.config.schema import Augmentation
from mnist_core.training.augmentation import augment

ALL_KINDS = Augmentation(shift=3.0, rotation=20.0, scale=0.3, shear=15.0, elastic=1.5)


def blob(row, column):
    x = np.zeros((1, 28, 28, 1), "float32")
    x[0, row - 2 : row + 3, column - 2 : column + 3] = 1
    return x


def centre(x):
    mass = np.asarray(x)[0, ..., 0]
    rows, columns = np.indices(mass.shape)
    return (rows * mass).sum() / mass.sum(), (columns * mass).sum() / mass.sum()


def bend(x):
    """How far the ink of a vertical line is from a straight line through it, in pixels."""
    mass, rows = np.asarray(x)[0, 6:22, :, 0], np.arange(16)
    columns = (mass * np.arange(28)).sum(axis=1) / mass.sum(axis=1)
    return np.abs(columns - np.polyval(np.polyfit(rows, columns, 1), rows)).max()


def test_no_augmentation_changes_nothing():
    np.testing.assert_array_equal(augment(blob(10, 10), Augmentation(), (0, 0)), blob(10, 10))


@pytest.mark.parametrize("augmentation", [Augmentation(shift=3.0), Augmentation(elastic=1.0)])
def test_its_seed_decides_an_augmentation(augmentation):
    first, again, other = (
        augment(blob(14, 14), augmentation, seed).numpy() for seed in ((0, 1), (0, 1), (0, 2))
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_augmentation_by_shift_moves_no_further_than_asked():
    moved = [centre(augment(blob(14, 14), Augmentation(shift=3.0), (0, n))) for n in range(20)]
    assert np.abs(np.array(moved) - 14).max() <= 3.01
    assert len({(round(row, 1), round(column, 1)) for row, column in moved}) > 15


def test_augmentation_by_rotation_keeps_the_distance_from_the_centre():
    for number in range(10):
        row, column = centre(augment(blob(14, 22), Augmentation(rotation=45.0), (1, number)))
        before = math.hypot(14 - 13.5, 22 - 13.5)
        assert math.hypot(row - 13.5, column - 13.5) == pytest.approx(before, abs=0.1)
        assert abs(math.atan2(row - 13.5, column - 13.5)) <= math.radians(45 + 5)


def test_augmentation_by_scale_changes_the_amount_of_ink_within_bounds():
    x = blob(14, 14)
    inks = [augment(x, Augmentation(scale=0.3), (2, n)).numpy().sum() / x.sum() for n in range(20)]
    assert 0.7**2 - 0.1 <= min(inks) < 0.9
    assert 1.1 < max(inks) <= 1.3**2 + 0.1


def test_augmentation_by_shear_slants_and_leaves_the_rows_where_they_are():
    x = blob(6, 14) + blob(22, 14)
    for number in range(10):
        slanted = augment(x, Augmentation(shear=20.0), (3, number)).numpy()[0, ..., 0]
        rows = np.nonzero(slanted.sum(axis=1))[0]
        assert (rows.min(), rows.max()) == (4, 24)


def test_only_elastic_augmentation_bends_straight_lines():
    line = np.zeros((1, 28, 28, 1), "float32")
    line[0, :, 13:15] = 1
    bends = [bend(augment(line, Augmentation(elastic=1.0), (4, number))) for number in range(10)]
    assert min(bends) > 0.15 and np.mean(bends) > 0.3
    assert bend(augment(line, Augmentation(shear=20.0, rotation=20.0), (4, 0))) < 0.15


def test_elastic_augmentation_moves_by_about_what_is_asked():
    blobs = np.repeat(blob(14, 14), 200, axis=0)
    spread = []
    for asked in (0.5, 1.5):
        bent = augment(blobs, Augmentation(elastic=asked), (5, 0)).numpy()
        moved = np.array([centre(image[None]) for image in bent]) - 14
        assert abs(moved.mean()) < 0.2 * asked
        spread.append(moved.std() / asked)
    assert min(spread) > 0.5 and max(spread) < 1.2


@pytest.mark.parametrize(
    "augmentation", [ALL_KINDS, Augmentation(shift=3.0, rotation=20.0)], ids=["all", "affine"]
)
def test_an_augmentation_of_no_strength_changes_nothing(augmentation):
    x = np.random.default_rng(0).random((5, 28, 28, 1), np.float32)
    np.testing.assert_allclose(augment(x, augmentation, (0, 0), 0.0), x, atol=1e-5)


def test_each_image_can_be_augmented_with_a_strength_of_its_own():
    x, strengths = np.repeat(blob(14, 14), 3, axis=0), np.float32([1.0, 0.0, 0.5])
    augmented = augment(x, ALL_KINDS, (0, 0), strengths).numpy()
    for i, strength in enumerate(strengths):
        same_for_all = augment(x, ALL_KINDS, (0, 0), strength).numpy()
        np.testing.assert_allclose(augmented[i], same_for_all[i], atol=1e-5)
    assert (np.abs(augmented - x).max(axis=(1, 2, 3)) > 0.1).tolist() == [True, False, True]


def test_half_the_strength_moves_half_as_far():
    whole, half = (
        centre(augment(blob(14, 14), Augmentation(shift=6.0), (0, 1), strength))
        for strength in (1.0, 0.5)
    )
    np.testing.assert_allclose(np.subtract(whole, 14), 2 * np.subtract(half, 14), atol=0.02)
