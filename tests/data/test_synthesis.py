"""The pen model: how a writer's style shows, and that the seed alone decides the rest."""

import dataclasses

import numpy as np
import pytest

from mnist_core.config.options import fields
from mnist_core.data import synthesis
from mnist_core.data.glyphs import forms_of
from mnist_core.data.writers import STYLE_FIELDS, WritingStyle, writer
from mnist_core.strokes.pen_paths import parse_form
from mnist_core.system import parallel

STILL = WritingStyle(
    slant=0.0, aspect=1.0, roundness=0.0, speed=0.0, tremor=0.0, joins=0.0, wildness=0.0
)
OVAL = "50,0 10,50 50,100 90,50 50,0"
CROSS = "50,0 50,100;0,50 100,50"


@pytest.fixture(scope="module")
def digits():
    """600 images, their labels and their writers."""
    return synthesis.synthesize(600, seed=3, writers=range(40))


def test_digits_come_in_mnists_form_each_digit_and_each_writer_equally_often(digits):
    images, labels, writers = digits
    assert (images.dtype, images.shape) == (np.uint8, (600, 28, 28))
    assert (labels.dtype, writers.dtype) == (np.uint8, np.int64)
    assert (images.max(axis=(1, 2)) == 255).all()
    assert np.bincount(labels).tolist() == [60] * 10
    assert np.bincount(writers).tolist() == [15] * 40


@pytest.mark.parametrize("chunk", [1000, pytest.param(8, marks=pytest.mark.slow)])
def test_the_same_seed_writes_the_same_digits_by_one_process_or_many(chunk, monkeypatch):
    monkeypatch.setattr(synthesis, "CHUNK", chunk)
    first = synthesis.synthesize(30, 3, range(40))
    monkeypatch.setattr(
        parallel,
        "parallel_map",
        lambda function, parts, *more, on_done: [function(p, *more) for p in parts],
    )
    for one, other in zip(first, synthesis.synthesize(30, 3, range(40)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_two_digits_are_alike_and_another_seed_writes_others(digits):
    images = {image.tobytes() for image in digits[0]}
    assert len(images) == 600
    others = synthesis.synthesize(20, seed=4, writers=range(40))[0]
    assert not {image.tobytes() for image in others} & images


def test_no_digits_are_none():
    shapes = [array.shape for array in synthesis.synthesize(0)]
    assert shapes == [(0, 28, 28), (0,), (0,)]


def test_a_writers_pen_stays_the_same_from_digit_to_digit(digits):
    images, _, writers = digits
    ink = images.mean(axis=(1, 2))
    within = np.mean([ink[writers == writer].std() for writer in range(40)])
    assert within < 0.75 * ink.std()


@pytest.mark.slow
def test_digits_are_told_apart_by_their_nearest_neighbour(digits):
    images, labels, writers = digits
    flat = images.reshape(600, -1) / 255.0
    known = writers < 30
    distance = ((flat[~known][:, None] - flat[known][None]) ** 2).sum(axis=2)
    predicted = labels[known][distance.argmin(axis=1)]
    # strangers' digits, from 45 examples each, in over a dozen forms: chance gives a tenth
    assert (predicted == labels[~known]).mean() > 0.5


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_has_the_strokes_of_its_form(digit):
    low, high = fields(WritingStyle)["pen"].limits
    for choice, (form, _) in enumerate(forms_of(digit)):
        trace = synthesis.write_digit(digit, choice, writer(0, 1), np.random.default_rng(choice))
        assert len(trace.strokes) == len(form.lifts) + 1
        assert sum(map(len, trace.strokes)) == len(form.curves)
        assert low <= trace.width <= high


def write(text="50,0 50,50 50,100", count=60, habits=0.0, **changes):
    """(paths, widths) of a form that a still hand writes `count` times, but for these changes."""
    form = parse_form(text)
    style = dataclasses.replace(STILL, **changes)
    styles = np.tile([getattr(style, name) for name in STYLE_FIELDS], (count, 1))
    habits = np.full((count, *form.controls.shape), habits)
    return synthesis.sample_paths(form, styles, habits, np.random.default_rng(0))


COSINE, SINE = np.cos(0.5), np.sin(0.5)
MATRICES = {  # y is down
    "a slant moves what is above to the right": ({"slant": 0.4}, [[1, -0.4], [0, 1]]),
    "a slant below 0 moves it to the left": ({"slant": -0.7}, [[1, 0.7], [0, 1]]),
    "aspect is width through height": ({"aspect": 1.5}, [[1.5, 0], [0, 1]]),
    "a turn is clockwise": ({"turn": 0.5}, [[COSINE, -SINE], [SINE, COSINE]]),
}


@pytest.mark.parametrize("kind", MATRICES)
def test_slant_aspect_and_turn_move_the_whole_digit(kind):
    changes, matrix = MATRICES[kind]
    paths = write(OVAL)[0] @ np.transpose(matrix)
    np.testing.assert_allclose(write(OVAL, **changes)[0], paths, atol=1e-9)


@pytest.mark.parametrize(("name", "axis"), [("top", 1), ("side", 0)])
def test_below_0_the_first_half_is_large_and_above_0_the_second(name, axis):
    text = {"top": "50,0 50,50 50,100", "side": "0,50 50,50 100,50"}[name]
    middle = len(parse_form(text).curves) // 2
    less, usual, more = (
        write(text, **{name: value})[0][:, middle, axis] for value in (-0.4, 0.0, 0.4)
    )
    assert (less > usual + 0.05).all()  # its middle is further down, or to the right
    assert (more < usual - 0.05).all()


def test_roundness_cuts_corners():
    def from_corner(roundness):
        paths = write("0,0 100,0/100,100", roundness=roundness)[0]
        return np.linalg.norm(paths - (0.5, -0.5), axis=2).min(axis=1)

    assert (from_corner(0.5) > from_corner(0.0) + 0.05).all()
    assert (from_corner(1.0) > from_corner(0.5) + 0.05).all()


def test_fast_strokes_run_past_their_end():
    ends = [write(CROSS, speed=value)[0][:, [6, 13]] for value in (0.0, 1.0)]
    beyond = (ends[1] - ends[0]).mean(axis=0)
    assert beyond[0, 1] > 0.05 and beyond[1, 0] > 0.05  # down, and to the right


def bend(paths):
    across = paths[:, :-1, 0]  # without the end, which runs on
    return (across - across.mean(axis=1, keepdims=True)).std()


def roughness(paths):
    return np.abs(np.diff(paths[..., 0], n=2)).mean()


def spread(paths):
    """How much one digit differs from the next."""
    return paths.std(axis=0).mean()


@pytest.mark.parametrize(
    ("measure", "name", "less", "more", "factor"),
    [
        (bend, "speed", 0.0, 1.0, 2),
        (roughness, "tremor", 0.0, 0.004, 1),
        (roughness, "tremor", 0.004, 0.04, 5),
        (spread, "wildness", 0.0, 1.0, 1.5),
        (spread, "wildness", 1.0, 3.0, 1.5),
    ],
)
def test_more_of_it_shows_as_more_of_its_measure(measure, name, less, more, factor):
    assert measure(write(**{name: more})[0]) > factor * measure(write(**{name: less})[0])


def test_joins_make_strokes_miss_each_other_as_wholes():
    moves = write(CROSS, joins=0.1)[0] - write(CROSS)[0]
    for stroke in (moves[:, :7], moves[:, 7:]):
        np.testing.assert_allclose(stroke, np.broadcast_to(stroke[:, :1], stroke.shape), atol=1e-9)
    apart = moves[:, 0] - moves[:, 7]
    assert apart.std() == pytest.approx(0.1 * np.sqrt(2), rel=0.2)
    # a single stroke has nothing to miss
    np.testing.assert_allclose(write(joins=0.1)[0], write()[0], atol=1e-9)


def test_the_pen_is_as_wide_as_asked_and_differs_a_little():
    thin, thick = write(pen=0.05)[1], write(pen=0.1)[1]
    np.testing.assert_allclose(thick, 2 * thin)
    assert np.median(thick) == pytest.approx(0.1, rel=0.1)
    assert 0.05 < thick.std() / thick.mean() < 0.2


def test_a_thick_pen_leaves_room_in_loops():
    points, widths = write(OVAL, aspect=0.3, pen=0.25)
    assert (np.ptp(points[..., 0], axis=1) > 2 * widths).all()


def test_a_habit_moves_the_path_the_same_way_each_time():
    moves = write(habits=0.1)[0] - write()[0]
    assert moves[..., 0] == pytest.approx(0.1, abs=0.05)
