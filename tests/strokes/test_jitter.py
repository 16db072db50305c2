"""Another hand writes the same digit: what changes, by how much, and what must not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_core.strokes import jitter as module
from mnist_core.strokes.jitter import jitter

# Two strokes, of 12 and 8 points, in a box 60 x 100; then in one whose longer side is 1
DOWN = np.stack([np.linspace(60, 20, 12), np.linspace(0, 100, 12)], axis=1)
ACROSS = np.stack([np.linspace(0, 50, 8), np.full(8, 50.0)], axis=1)
DRAWING = [DOWN, ACROSS]
BOXED = [(stroke - (30, 50)) / 100 for stroke in DRAWING]
LINE = np.stack([np.linspace(0, 1, 200), np.zeros(200)], axis=1)
CHANGES = ("ROTATION", "SLANT", "ASPECT", "BEND", "TREMOR", "OFFSET")
CHANGES += ("TRIMMED", "HOOKED", "RETRACED", "DOTTED")
seeds = st.integers(0, 2**32)


def jittered(strokes=DRAWING, seed=0):
    return jitter(strokes, np.random.default_rng(seed))


@pytest.fixture
def only(monkeypatch):
    """Switch every kind of change off but one, which gets this size or share."""

    def switch(name, value):
        for change in CHANGES:
            monkeypatch.setattr(module, change, value if change == name else 0.0)

    return switch


@settings(max_examples=20, deadline=None)
@given(seeds, st.floats(0.01, 100), st.floats(-500, 500), st.floats(-500, 500))
def test_where_and_how_large_it_was_drawn_makes_no_difference(seed, scale, x, y):
    moved = [stroke * scale + (x, y) for stroke in DRAWING]
    for one, other in zip(jittered(seed=seed), jittered(moved, seed), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(seeds)
def test_it_stays_about_as_large_and_where_it_was_and_the_drawing_as_it_is(seed):
    before = [stroke.copy() for stroke in DRAWING]
    points = np.concatenate(jittered(seed=seed))
    assert np.abs(points).max() < 1.5
    assert 0.5 < np.ptp(points, axis=0).max() < 2
    for stroke, copy in zip(DRAWING, before, strict=True):
        np.testing.assert_array_equal(stroke, copy)


def test_the_same_seed_gives_the_same_and_another_another():
    one, again, other = (np.concatenate(jittered(seed=seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or np.abs(one - other).max() > 0.01


@pytest.mark.parametrize("drawing", [[[[7, 7]]], [[[0, 0], [0, 0]]], [[[0, 0]], [[1, 0], [1, 0]]]])
def test_even_a_dot_can_be_jittered(drawing):
    for seed in range(50):
        for stroke in jittered([np.array(stroke) for stroke in drawing], seed):
            assert stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke)
            assert np.isfinite(stroke).all()


# The matrix that each change is, by what of it must be 0
AFFINE = {
    "no change": lambda m: m - np.eye(2),
    "ROTATION": lambda m: m @ m.T - np.eye(2),
    "SLANT": lambda m: (m[0, 0] - 1, *(m[1] - (0, 1))),
    "ASPECT": lambda m: (m[0, 1], m[1, 0], np.linalg.det(m) - 1),
}


@pytest.mark.parametrize("name", AFFINE)
def test_rotation_slant_and_aspect_move_the_box_and_nothing_else_does(name, only):
    only(name, 0.5)
    before, after = np.concatenate(BOXED), np.concatenate(jittered())
    matrix = np.linalg.lstsq(before, after)[0].T
    np.testing.assert_allclose(before @ matrix.T, after, atol=1e-12)
    np.testing.assert_allclose(AFFINE[name](matrix), 0, atol=1e-12)
    assert np.abs(matrix - np.eye(2)).max() > 0.02 or name == "no change"


def test_strokes_that_miss_each_other_keep_their_own_shape(only):
    only("OFFSET", 0.1)
    moves = [after - before for after, before in zip(jittered(), BOXED, strict=True)]
    for move in moves:
        np.testing.assert_allclose(move, np.broadcast_to(move[0], move.shape))
    assert np.abs(moves[0][0] - moves[1][0]).max() > 0.02
    # a single stroke has nothing to miss
    np.testing.assert_allclose(jittered([DOWN])[0], (DOWN - (40, 50)) / 100, atol=1e-12)


@pytest.mark.parametrize(("name", "smooth"), [("TREMOR", False), ("BEND", True)])
def test_a_tremor_is_small_and_a_bend_is_smooth(name, smooth, only):
    only(name, 0.01)
    across = jittered([LINE])[0][:, 1]
    assert 0.002 < np.abs(across).max() < 0.1
    assert (np.abs(np.diff(across)).max() < 0.1 * np.abs(across).max()) == smooth


def test_a_trimmed_stroke_loses_or_overshoots_at_most_a_fifth(only):
    only("TRIMMED", 1.0)
    strokes = [jittered([LINE[::2]], seed)[0] for seed in range(100)]
    lengths = [np.ptp(stroke[:, 0]) / np.ptp(LINE[::2, 0]) for stroke in strokes]
    assert min(lengths) > 0.8 and max(lengths) < 1.05
    assert len(set(lengths)) > 30


def test_a_hook_is_one_point_before_the_first_of_a_stroke(only):
    only("HOOKED", 1.0)
    pairs = list(zip(jittered(), BOXED, strict=True))
    hooked, before = next(pair for pair in pairs if len(pair[0]) > len(pair[1]))
    assert sum(len(stroke) for stroke, _ in pairs) == 21
    np.testing.assert_allclose(hooked[1:], before, atol=1e-12)
    assert 0.03 <= np.hypot(*(hooked[1] - hooked[0])) <= 0.12


def test_a_part_gone_over_twice_lies_beside_itself(only):
    only("RETRACED", 1.0)
    for seed in range(20):
        *strokes, again = jittered(seed=seed)
        assert len(strokes) == 2
        parts = [
            stroke[i : i + len(again)]
            for stroke in strokes
            for i in range(len(stroke) - len(again) + 1)
        ]
        assert min(np.abs(np.diff(again - part, axis=0)).sum() for part in parts) < 1e-9


def test_a_stray_dot_is_a_stroke_of_one_point(only):
    only("DOTTED", 1.0)
    assert [len(stroke) for stroke in jittered()] == [12, 8, 1]


def test_extra_strokes_come_as_rarely_as_they_should():
    rng = np.random.default_rng(0)
    extra = np.mean([len(jitter(DRAWING, rng)) - 2 for _ in range(1000)])
    expected = module.RETRACED + module.DOTTED
    assert abs(extra - expected) < 4 * np.sqrt(expected / 1000)
