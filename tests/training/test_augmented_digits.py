"""Augmented digits to look at are changed as those that a training sees."""

import numpy as np
import pytest

from mnist_core.config.schema import Augmentation
from mnist_core.data import synthesis
from mnist_core.training.augmentation import (
    ELASTIC_GRID,
    affine_transforms,
    elastic_field,
    sample_bilinear,
    sample_points,
)
from mnist_core.training.augmented_digits import augmented_digits, changed_digits

IMAGES = synthesis.synthesize(10)[0]
ALL_KINDS = Augmentation(shift=3.0, rotation=20.0, scale=0.3, shear=15.0, elastic=1.5)


def test_without_augmentation_they_are_as_they_were():
    assert np.array_equal(augmented_digits(IMAGES, Augmentation()), IMAGES)


@pytest.mark.parametrize("name", ["shift", "rotation", "scale", "shear", "elastic"])
def test_each_kind_changes_them_the_more_the_further_its_slider_is(name):
    limit = getattr(ALL_KINDS, name)
    little, much = (
        np.abs(
            augmented_digits(IMAGES, Augmentation(**{name: amount})) - IMAGES.astype(float)
        ).sum()
        for amount in (limit / 8, limit)
    )
    assert 0 < little < much


@pytest.mark.slow  # loads TensorFlow
def test_the_same_changes_make_the_same_images_as_in_training():
    rng = np.random.default_rng(0)
    limits = np.array([3.0, 3.0, 0.35, 0.3, 0.3, 0.25])
    changes = (rng.uniform(-1, 1, (10, 6)) * limits).astype(np.float32)
    offsets = rng.standard_normal((10, ELASTIC_GRID, ELASTIC_GRID, 2)).astype(np.float32)
    points = sample_points(affine_transforms(changes)) + elastic_field(offsets)
    trained_on = sample_bilinear(IMAGES[..., None].astype(np.float32), points)[..., 0].numpy()
    assert np.abs(changed_digits(IMAGES, changes, offsets) - trained_on).max() < 3  # grey levels
