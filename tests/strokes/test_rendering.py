"""Pictures by the thousand: nothing of how the work is shared out shows in them."""

import operator

import numpy as np
import pytest

from mnist_core.strokes import non_digits, rendering
from mnist_core.strokes.files import Drawing
from mnist_core.strokes.rendering import render_non_digits, render_versions
from mnist_core.system import parallel

PATHS = np.random.default_rng(0).uniform(0, 100, (5, 2, 9, 2)).cumsum(axis=2)
DRAWINGS = [Drawing(1, "somebody", list(strokes)) for strokes in PATHS]


@pytest.fixture(scope="module")
def images():
    return render_versions(DRAWINGS, 3, seed=7)


def test_every_drawing_gets_its_versions_as_mnists_images_no_two_alike(images):
    assert (images.dtype, images.shape) == (np.uint8, (3, 5, 28, 28))
    assert (images.max(axis=(2, 3)) == 255).all()
    assert len({image.tobytes() for image in images.reshape(-1, 28, 28)}) == 15


def test_work_in_many_parts_makes_the_pictures_that_work_in_one_makes(images, monkeypatch):
    monkeypatch.setattr(
        parallel, "parallel_map", lambda function, parts, *more: [function(p, *more) for p in parts]
    )
    np.testing.assert_array_equal(render_versions(DRAWINGS, 3, seed=7), images)
    whole = render_non_digits(7, seed=7)
    monkeypatch.setattr(rendering, "CHUNK", 2)
    np.testing.assert_array_equal(render_versions(DRAWINGS, 3, seed=7), images)
    np.testing.assert_array_equal(render_non_digits(7, seed=7), whole)


def test_what_several_processes_return_comes_in_the_order_of_the_parts():
    assert parallel.parallel_map(operator.sub, [5, 3, 9, 1], 1) == [4, 2, 8, 0]


def test_a_drawing_varies_by_the_seed_alone_whatever_comes_after_it(images):
    same, other = (render_versions(DRAWINGS[:2], 1, seed)[0] for seed in (7, 8))
    np.testing.assert_array_equal(same, images[0, :2])
    assert (other != same).any(axis=(1, 2)).all()


def test_more_non_digits_begin_with_the_fewer():
    few, more = (render_non_digits(count, seed=1) for count in (4, 9))
    np.testing.assert_array_equal(more[:4], few)
    assert len({image.tobytes() for image in more}) == 9


def test_what_is_drawn_is_what_was_asked_for():
    usual = render_non_digits(6, 1)
    scribbles = render_non_digits(6, 1, non_digits.random_unseen_scribble)
    assert (usual != scribbles).any(axis=(1, 2)).all()
