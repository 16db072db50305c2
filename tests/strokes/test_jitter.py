"""Another hand writes the same digit: what changes, by how much, and what must not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.strokes import jitter as module
from mnist_core.strokes.jitter import jitter

# Two strokes, of 12 and 8 points, in a box 60 x 100.
DOWN = np.stack([np.linspace(60, 20, 12), np.linspace(0, 100, 12)], axis=1)
ACROSS = np.stack([np.linspace(0, 50, 8), np.full(8, 50.0)], axis=1)
DRAWING = [DOWN, ACROSS]
SIZES = ("ROTATION", "SLANT", "ASPECT", "BEND", "TREMOR", "OFFSET")
SHARES = ("TRIMMED", "HOOKED", "RETRACED", "DOTTED")


def dice(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture
def only(monkeypatch):
    """Switch every kind of change off but one, which gets this size or share."""

    def switch(name=None, value=0.0):
        for other in (*SIZES, *SHARES):
            monkeypatch.setattr(module, other, 0.0)
        if name:
            monkeypatch.setattr(module, name, value)

    return switch


def boxed():
    """The drawing in a box whose longer side is 1, around (0, 0)."""
    return [(stroke - (30, 50)) / 100 for stroke in DRAWING]


def lengths(stroke):
    return np.hypot(*np.diff(stroke, axis=0).T)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.floats(0.01, 100), st.floats(-500, 500), st.floats(-500, 500))
def test_where_and_how_large_it_was_drawn_makes_no_difference(seed, scale, x, y):
    moved = [stroke * scale + (x, y) for stroke in DRAWING]
    for one, other in zip(jitter(DRAWING, dice(seed)), jitter(moved, dice(seed)), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_it_stays_about_as_large_and_where_it_was(seed):
    points = np.concatenate(jitter(DRAWING, dice(seed)))
    assert np.abs(points).max() < 1.5
    assert 0.5 < np.ptp(points, axis=0).max() < 2


def test_the_drawing_itself_is_left_as_it_is():
    before = [stroke.copy() for stroke in DRAWING]
    for seed in range(20):
        jitter(DRAWING, dice(seed))
    for stroke, was in zip(DRAWING, before, strict=True):
        np.testing.assert_array_equal(stroke, was)


def test_the_same_dice_give_the_same_and_others_another():
    one, again, other = (np.concatenate(jitter(DRAWING, dice(seed))) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or np.abs(one - other).max() > 0.01


@pytest.mark.parametrize("drawing", [[[[7, 7]]], [[[0, 0], [0, 0]]], [[[0, 0]], [[1, 0], [1, 0]]]])
def test_even_a_dot_can_be_varied(drawing):
    for seed in range(50):
        for stroke in jitter([np.array(stroke) for stroke in drawing], dice(seed)):
            assert stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke)
            assert np.isfinite(stroke).all()


def test_with_every_change_off_the_drawing_comes_out_in_its_box(only):
    only()
    for stroke, same in zip(jitter(DRAWING, dice()), boxed(), strict=True):
        np.testing.assert_allclose(stroke, same, atol=1e-12)


def test_a_turn_keeps_every_distance_from_the_middle(only):
    only("ROTATION", 0.5)
    turned = np.concatenate(jitter(DRAWING, dice()))
    before = np.concatenate(boxed())
    np.testing.assert_allclose(np.hypot(*turned.T), np.hypot(*before.T))
    assert np.abs(turned - before).max() > 0.02


def test_a_slant_moves_points_sideways_and_the_upper_ones_against_the_lower(only):
    only("SLANT", 0.5)
    moves = np.concatenate(jitter(DRAWING, dice())) - np.concatenate(boxed())
    height = np.concatenate(boxed())[:, 1]
    np.testing.assert_allclose(moves[:, 1], 0, atol=1e-12)
    slants = moves[np.abs(height) > 0.01, 0] / height[np.abs(height) > 0.01]
    np.testing.assert_allclose(slants, slants[0])
    assert abs(slants[0]) > 0.02


def test_other_proportions_keep_the_area(only):
    only("ASPECT", 0.5)
    width, height = np.ptp(np.concatenate(jitter(DRAWING, dice())), axis=0)
    assert width * height == pytest.approx(0.6)
    assert abs(width - 0.6) > 0.02


def test_strokes_that_miss_each_other_keep_their_own_shape(only):
    only("OFFSET", 0.1)
    moves = [a - b for a, b in zip(jitter(DRAWING, dice()), boxed(), strict=True)]
    for move in moves:
        np.testing.assert_allclose(move, np.broadcast_to(move[0], move.shape))
    assert np.abs(moves[0][0] - moves[1][0]).max() > 0.02


def test_a_single_stroke_has_nothing_to_miss(only):
    only("OFFSET", 0.1)
    np.testing.assert_allclose(jitter([DOWN], dice())[0], (DOWN - (40, 50)) / 100, atol=1e-12)


def test_a_tremor_is_small_and_a_bend_is_smooth(only):
    long = [np.stack([np.linspace(0, 1, 200), np.zeros(200)], axis=1)]
    for name, smooth in (("TREMOR", False), ("BEND", True)):
        only(name, 0.01)
        across = jitter(long, dice())[0][:, 1]
        assert 0.002 < np.abs(across).max() < 0.1
        assert (np.abs(np.diff(across)).max() < 0.1 * np.abs(across).max()) == smooth


def test_a_trimmed_stroke_loses_or_overshoots_at_most_a_fifth(only):
    only("TRIMMED", 1.0)
    long = np.stack([np.linspace(0, 1, 100), np.zeros(100)], axis=1)
    changed = [lengths(jitter([long], dice(seed))[0]).sum() for seed in range(100)]
    assert min(changed) > 0.8
    assert max(changed) < 1.05
    assert len(set(changed)) > 30


def test_a_hook_is_one_point_before_the_first_of_a_stroke(only):
    only("HOOKED", 1.0)
    found = jitter(DRAWING, dice())
    assert sum(map(len, found)) == 21
    hooked = max(zip(found, boxed(), strict=True), key=lambda pair: len(pair[0]) - len(pair[1]))
    np.testing.assert_allclose(hooked[0][1:], hooked[1], atol=1e-12)
    assert 0.03 <= lengths(hooked[0])[0] <= 0.12


def test_a_part_gone_over_twice_lies_beside_itself(only):
    only("RETRACED", 1.0)
    for seed in range(20):
        *whole, again = jitter(DRAWING, dice(seed))
        assert len(whole) == 2
        starts = [
            stroke[i : i + len(again)]
            for stroke in whole
            for i in range(len(stroke) - len(again) + 1)
        ]
        assert min(np.abs(np.diff(again - part, axis=0)).sum() for part in starts) < 1e-9


def test_a_stray_dot_is_a_stroke_of_one_point(only):
    only("DOTTED", 1.0)
    *whole, dot = jitter(DRAWING, dice())
    assert (len(whole), dot.shape) == (2, (1, 2))


def test_extra_strokes_come_as_rarely_as_they_should():
    thrown = dice()
    extra = np.array([len(jitter(DRAWING, thrown)) - 2 for _ in range(1000)])
    expected = module.RETRACED + module.DOTTED
    assert abs(extra.mean() - expected) < 4 * np.sqrt(expected / 1000)
