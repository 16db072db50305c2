import numpy as np
import pytest

from mnist_core import handwriting


@pytest.fixture(scope="module")
def written():
    return handwriting.write(600, seed=3, writers=range(40))


def test_digits_come_in_mnists_form(written):
    images, labels, writers = written
    assert (images.dtype, images.shape) == (np.uint8, (600, 28, 28))
    assert (labels.dtype, labels.shape, writers.shape) == (np.uint8, (600,), (600,))
    assert (images.max(axis=(1, 2)) == 255).all()


def test_every_digit_and_every_writer_comes_equally_often(written):
    _, labels, writers = written
    assert np.bincount(labels).tolist() == [60] * 10
    assert np.bincount(writers).tolist() == [15] * 40


def test_the_same_seed_writes_the_same_digits(written):
    for one, other in zip(written, handwriting.write(600, 3, range(40)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_two_digits_are_alike(written):
    assert len({image.tobytes() for image in written[0]}) == 600


def test_another_seed_writes_other_digits(written):
    images = handwriting.write(20, seed=4, writers=range(40))[0]
    assert not {i.tobytes() for i in images} & {i.tobytes() for i in written[0]}


def test_nobody_writes_for_both_training_and_test():
    assert not set(handwriting.TRAIN_WRITERS) & set(handwriting.TEST_WRITERS)


def test_a_writers_pen_stays_the_same_from_digit_to_digit(written):
    images, _, writers = written
    ink = images.mean(axis=(1, 2))
    within = np.mean([ink[writers == writer].std() for writer in range(40)])
    assert within < 0.75 * ink.std()


def test_digits_are_told_apart_by_their_nearest_neighbour(written):
    images, labels, writers = written
    flat = images.reshape(600, -1) / 255.0
    known = writers < 30
    distance = ((flat[~known][:, None] - flat[known][None]) ** 2).sum(axis=2)
    read = labels[known][distance.argmin(axis=1)]
    assert (read == labels[~known]).mean() > 0.8  # strangers' digits, from 45 examples each


def test_every_form_goes_through_its_control_points():
    for forms in map(handwriting._forms, range(10)):
        for form in forms:
            points = form.curves @ form.controls
            gaps = np.abs(points[:, None] - form.controls[None]).sum(axis=2).min(axis=0)
            assert gaps.max() < 1e-9
