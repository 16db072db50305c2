"""Pictures by the thousand: nothing of how the work is shared out shows in them."""

import operator

import numpy as np
import pytest

from mnist_core.strokes import non_digits, rendering
from mnist_core.strokes.files import Drawing
from mnist_core.system import parallel


def drawing(seed, label=1):
    points = np.random.default_rng(seed).uniform(0, 100, (2, 9, 2)).cumsum(axis=1)
    return Drawing(label, "somebody", list(points))


DRAWINGS = [drawing(seed) for seed in range(5)]


@pytest.fixture(scope="module")
def images():
    return rendering.render_versions(DRAWINGS, 3, seed=7)


def test_every_drawing_gets_its_versions_as_mnists_images(images):
    assert (images.dtype, images.shape) == (np.uint8, (3, 5, 28, 28))
    assert (images.max(axis=(2, 3)) == 255).all()


def test_no_two_versions_are_alike(images):
    assert len({image.tobytes() for image in images.reshape(-1, 28, 28)}) == 15


def test_work_in_many_parts_makes_the_pictures_that_work_in_one_makes(images, monkeypatch):
    monkeypatch.setattr(
        parallel, "parallel_map", lambda draw, parts, *o: [draw(p, *o) for p in parts]
    )
    np.testing.assert_array_equal(rendering.render_versions(DRAWINGS, 3, seed=7), images)
    whole = rendering.render_non_digits(7, seed=7)
    monkeypatch.setattr(rendering, "CHUNK", 2)
    np.testing.assert_array_equal(rendering.render_versions(DRAWINGS, 3, seed=7), images)
    np.testing.assert_array_equal(rendering.render_non_digits(7, seed=7), whole)


def test_what_several_processes_find_comes_in_the_order_of_the_parts():
    assert parallel.parallel_map(operator.sub, [5, 3, 9, 1], 1) == [4, 2, 8, 0]


def test_a_drawing_is_varied_the_same_way_whatever_comes_after_it(images):
    fewer = rendering.render_versions(DRAWINGS[:2], 1, seed=7)
    np.testing.assert_array_equal(fewer[0], images[0, :2])


def test_another_seed_varies_otherwise(images):
    other = rendering.render_versions(DRAWINGS[:2], 1, seed=8)
    assert (other[0] != images[0, :2]).any(axis=(1, 2)).all()


def test_more_doodles_begin_with_the_fewer():
    few, more = (rendering.render_non_digits(count, seed=1) for count in (4, 9))
    np.testing.assert_array_equal(more[:4], few)
    assert len({image.tobytes() for image in more}) == 9


def test_what_is_drawn_is_what_was_asked_for():
    usual, wandering = (
        rendering.render_non_digits(6, 1, draw)
        for draw in (non_digits.random_non_digit, non_digits.random_unseen_scribble)
    )
    assert (usual != wandering).any(axis=(1, 2)).all()
