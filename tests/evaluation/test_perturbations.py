"""Perturbed images, against slow loops over pixels and what must be so of any image."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.data import synthesis
from mnist_core.evaluation import perturbations
from mnist_core.evaluation.perturbations import PERTURBATIONS

each_perturbation = pytest.mark.parametrize("name", PERTURBATIONS)
each_amount = pytest.mark.parametrize(
    ("name", "amount"), [(name, a) for name, p in PERTURBATIONS.items() for a in p.amounts]
)


@pytest.fixture(scope="module")
def images():
    return synthesis.synthesize(24, seed=5, writers=range(4))[0]


def bilinear(image, x, y):
    """The grey level at a point between pixels, by its definition; 0 outside."""

    def grey(row, column):
        inside = 0 <= row < 28 and 0 <= column < 28
        return float(image[row, column]) if inside else 0.0

    left, top = math.floor(x), math.floor(y)
    right, down = x - left, y - top
    above = grey(top, left) * (1 - right) + grey(top, left + 1) * right
    below = grey(top + 1, left) * (1 - right) + grey(top + 1, left + 1) * right
    return above * (1 - down) + below * down


@each_amount
def test_perturbed_images_are_new_ones_that_do_not_depend_on_each_other(images, name, amount):
    before = images.copy()
    perturbed = perturbations.perturb(name, images, amount)
    assert (perturbed.shape, perturbed.dtype) == (images.shape, np.uint8)
    assert (images == before).all()
    assert (perturbations.perturb(name, images[:9], amount) == perturbed[:9]).all()


@each_perturbation
def test_no_images_stay_no_images(name):
    nothing = np.zeros((0, 28, 28), np.uint8)
    perturbed = perturbations.perturb(name, nothing, PERTURBATIONS[name].amounts[-1])
    assert perturbed.shape == (0, 28, 28)


@each_perturbation
def test_the_identity_changes_nothing_and_is_one_of_the_rising_amounts(images, name):
    perturbation = PERTURBATIONS[name]
    assert perturbation.identity in perturbation.amounts
    assert (perturbation.apply(images, perturbation.identity) == images).all()
    assert list(perturbation.amounts) == sorted(set(perturbation.amounts))


@pytest.mark.parametrize("amount", [1, 3, 8])
def test_every_eighth_image_shifts_right_and_those_two_further_down(images, amount):
    shifted = perturbations.shift(images, amount)
    right, down = np.zeros((2, 28, 28), np.uint8)
    right[:, amount:] = images[8][:, :-amount]
    down[amount:] = images[10][:-amount]
    assert (shifted[8] == right).all()
    assert (shifted[10] == down).all()


def test_a_diagonal_shift_is_as_far_as_a_straight_one():
    dot = np.zeros((8, 28, 28), np.uint8)
    dot[:, 14, 14] = 255
    for image in perturbations.shift(dot, 5).astype(float):
        centre = [(image * axis).sum() / image.sum() - 14 for axis in np.indices((28, 28))]
        assert math.hypot(*centre) == pytest.approx(5, abs=0.02)


@settings(max_examples=15, deadline=None)
@given(st.floats(-90, 90), st.floats(1, 1.5))
def test_rotating_and_enlarging_is_bilinear_interpolation_pixel_by_pixel(angle, factor):
    image = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    rotated = perturbations.rotate(image[None], angle)[0]
    enlarged = perturbations.scale(image[None], factor)[0]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    for row, column in [(0, 0), (3, 20), (13, 14), (14, 9), (25, 6), (27, 27)]:
        x, y = column - 13.5, row - 13.5
        expected = bilinear(image, cos * x + sin * y + 13.5, cos * y - sin * x + 13.5)
        assert rotated[row, column] == pytest.approx(expected, abs=0.51)
        expected = bilinear(image, x / factor + 13.5, y / factor + 13.5)
        assert enlarged[row, column] == pytest.approx(expected, abs=0.51)


@pytest.mark.parametrize("angle", [90, -90])
def test_a_quarter_turn_is_exact_and_clockwise_above_0(images, angle):
    expected = np.rot90(images, -angle // 90, axes=(1, 2))
    assert (perturbations.rotate(images, angle) == expected).all()


@pytest.mark.parametrize("factor", [0.4, 0.55, 0.7, 0.85])
def test_a_smaller_digit_has_its_ink_by_the_square_and_stays_in_place(images, factor):
    smaller = perturbations.scale(images, factor).astype(float)
    assert smaller.sum() / images.sum() == pytest.approx(factor**2, rel=0.03)
    rows = np.arange(28) - 13.5
    centres = [(ink.sum(axis=2) @ rows) / ink.sum(axis=(1, 2)) for ink in (images, smaller)]
    assert centres[1] == pytest.approx(factor * centres[0], abs=0.2)


@pytest.mark.parametrize("radius", [1, 2])
def test_a_wider_stroke_is_the_maximum_within_a_disc_and_a_narrower_one_the_minimum(images, radius):
    wide, narrow = (perturbations.stroke_width(images[:2], 2 * r) for r in (radius, -radius))
    rows, columns = np.indices((28, 28))
    for row, column in [(14, 14), (10, 12), (16, 18), (8, 15), (0, 0), (27, 13)]:
        disc = images[:2][:, (rows - row) ** 2 + (columns - column) ** 2 <= radius**2]
        assert (wide[:, row, column] == disc.max(axis=1)).all()
        assert (narrow[:, row, column] == disc.min(axis=1)).all()


def test_a_wider_stroke_leaves_no_less_ink_anywhere(images):
    amounts = (-2, -1.3, -0.5, 0, 0.7, 2, 3.1)
    widened = [perturbations.stroke_width(images, amount).astype(int) for amount in amounts]
    for narrower, wider in itertools.pairwise(widened):
        assert (narrower <= wider).all()
        assert narrower.sum() < wider.sum()


def test_noise_has_the_standard_deviation_it_says():
    noisy = perturbations.add_noise(np.full((300, 28, 28), 128, np.uint8), 25).astype(float)
    assert noisy.std() == pytest.approx(25, rel=0.02)
    assert noisy.mean() == pytest.approx(128, abs=0.5)
    assert not (noisy[0] == noisy[1]).all()


@pytest.mark.parametrize("side", [4, 10, 16])
def test_occlusion_hides_a_square_and_a_larger_amount_hides_the_same_and_more(side):
    white = np.full((200, 28, 28), 255, np.uint8)
    hidden = perturbations.occlude(white, side) == 0
    counts = hidden.sum(axis=(1, 2))
    assert counts.max() <= (side + 1) ** 2 and np.median(counts) >= 0.6 * side**2
    for mask in hidden[:20]:
        box = mask[np.ix_(mask.any(axis=1), mask.any(axis=0))]
        assert box.all() and abs(box.shape[0] - box.shape[1]) <= side / 2 + 1
    assert (hidden <= (perturbations.occlude(white, side + 2) == 0)).all()
