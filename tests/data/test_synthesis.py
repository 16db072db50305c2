"""The pen model: who writes, how their hand shows, and that dice alone decide."""

import dataclasses

import numpy as np
import pytest

from mnist_core.data import synthesis
from mnist_core.data.glyphs import forms_of
from mnist_core.data.writers import (
    STYLE_FIELDS,
    USUAL_FORM_SHARE,
    WritingStyle,
    choose_form,
    writer,
)
from mnist_core.strokes.pen_paths import parse_form
from mnist_core.system import parallel

STILL = WritingStyle(
    slant=0.0, aspect=1.0, roundness=0.0, speed=0.0, tremor=0.0, joins=0.0, wildness=0.0
)
MANY = 60  # digits of one hand, to tell what it does from what the dice do


@pytest.fixture(scope="module")
def written():
    return synthesis.synthesize(600, seed=3, writers=range(40))


def test_digits_come_in_mnists_form(written):
    images, labels, writers = written
    assert (images.dtype, images.shape) == (np.uint8, (600, 28, 28))
    assert (labels.dtype, labels.shape, writers.shape) == (np.uint8, (600,), (600,))
    assert (images.max(axis=(1, 2)) == 255).all()


def test_every_digit_and_every_writer_comes_equally_often(written):
    _, labels, writers = written
    assert np.bincount(labels).tolist() == [60] * 10
    assert np.bincount(writers).tolist() == [15] * 40


def test_the_same_seed_writes_the_same_digits():
    first, again = (synthesis.synthesize(30, 3, range(40)) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_one_process_or_many_write_the_same_digits(monkeypatch):
    monkeypatch.setattr(synthesis, "CHUNK", 8)
    by_many = synthesis.synthesize(30, 3, range(40))[0]
    monkeypatch.setattr(
        parallel, "parallel_map", lambda function, parts, *more: [function(p, *more) for p in parts]
    )
    np.testing.assert_array_equal(synthesis.synthesize(30, 3, range(40))[0], by_many)


def test_no_two_digits_are_alike(written):
    assert len({image.tobytes() for image in written[0]}) == 600


def test_another_seed_writes_other_digits(written):
    images = synthesis.synthesize(20, seed=4, writers=range(40))[0]
    assert not {i.tobytes() for i in images} & {i.tobytes() for i in written[0]}


def test_no_digits_are_none():
    images, labels, writers = synthesis.synthesize(0)
    assert (images.shape, labels.shape, writers.shape) == ((0, 28, 28), (0,), (0,))


def test_a_writers_pen_stays_the_same_from_digit_to_digit(written):
    images, _, writers = written
    ink = images.mean(axis=(1, 2))
    within = np.mean([ink[writers == writer].std() for writer in range(40)])
    assert within < 0.75 * ink.std()


@pytest.mark.slow
def test_digits_are_told_apart_by_their_nearest_neighbour(written):
    images, labels, writers = written
    flat = images.reshape(600, -1) / 255.0
    known = writers < 30
    distance = ((flat[~known][:, None] - flat[known][None]) ** 2).sum(axis=2)
    read = labels[known][distance.argmin(axis=1)]
    # strangers' digits, from 45 examples each, in over a dozen forms: chance gives a tenth
    assert (read == labels[~known]).mean() > 0.5


def test_a_writer_has_the_same_hand_in_every_call():
    first = writer(3, 5)
    writer.cache_clear()
    again = writer(3, 5)
    assert first.style == again.style
    np.testing.assert_array_equal(first.usual_forms, again.usual_forms)
    np.testing.assert_array_equal(first.habits, again.habits)


def test_no_two_writers_have_the_same_hand():
    hands = {writer(seed, number).style for seed in (0, 1) for number in range(50)}
    assert len(hands) == 100


def test_every_writers_hand_is_one_that_the_sliders_could_set():
    hands = [writer(0, number).style for number in range(300)]
    for field in dataclasses.fields(WritingStyle):
        low, high = field.metadata["limits"]
        numbers = [getattr(hand, field.name) for hand in hands]
        assert low <= min(numbers) < max(numbers) <= high, field.name


def test_writers_prefer_a_form_as_often_as_the_world_does():
    favourites = np.array([writer(0, number).usual_forms for number in range(600)])
    for digit in range(10):
        shares = np.array([share for _, share in forms_of(digit)])
        found = np.bincount(favourites[:, digit], minlength=len(shares)) / 600
        assert (np.abs(found - shares) < 5 * np.sqrt(shares / 600)).all()


def test_people_mostly_write_their_usual_form():
    who, dice = writer(0, 7), np.random.default_rng(0)
    usual = [choose_form(who, 4, dice) == who.usual_forms[4] for _ in range(500)]
    assert USUAL_FORM_SHARE - 0.06 < np.mean(usual) < 1


@pytest.mark.parametrize("digit", range(10))
def test_one_digit_has_the_strokes_of_its_form(digit):
    for choice, (form, _) in enumerate(forms_of(digit)):
        dice = np.random.default_rng(choice)
        found = synthesis.write_digit(digit, choice, writer(0, 1), dice)
        assert len(found.strokes) == len(form.lifts) + 1
        assert sum(map(len, found.strokes)) == len(form.curves)
        low, high = WritingStyle.__dataclass_fields__["pen"].metadata["limits"]
        assert low <= found.width <= high


def by(text="50,0 50,50 50,100", count=MANY, habits=0.0, **changes):
    """(paths, widths) of a form that a still hand writes `count` times, but for these changes."""
    form = parse_form(text)
    hand = dataclasses.replace(STILL, **changes)
    hands = np.tile([getattr(hand, name) for name in STYLE_FIELDS], (count, 1))
    habits = np.full((count, *form.controls.shape), habits)
    return synthesis.sample_paths(form, hands, habits, np.random.default_rng(0))


OVAL = "50,0 10,50 50,100 90,50 50,0"


@pytest.mark.parametrize("slant", [-0.7, 0.4, 1.0])
def test_slant_moves_what_is_above_to_the_right(slant):
    upright, slanted = by(OVAL)[0], by(OVAL, slant=slant)[0]
    np.testing.assert_allclose(slanted[..., 1], upright[..., 1], atol=1e-9)
    moves = slanted[..., 0] - upright[..., 0]
    np.testing.assert_allclose(moves, -slant * upright[..., 1], atol=1e-9)


def test_aspect_is_width_through_height():
    usual, wide = by(OVAL)[0], by(OVAL, aspect=1.5)[0]
    np.testing.assert_allclose(wide, usual * (1.5, 1), atol=1e-9)


def test_turn_turns_the_whole_digit_clockwise():
    straight, turned = by(OVAL)[0], by(OVAL, turn=0.5)[0]
    clockwise = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])  # y is down
    np.testing.assert_allclose(turned, straight @ clockwise.T, atol=1e-9)


@pytest.mark.parametrize(("name", "axis"), [("top", 1), ("side", 0)])
def test_below_0_the_first_half_is_large_and_above_0_the_second(name, axis):
    text = {"top": "50,0 50,50 50,100", "side": "0,50 50,50 100,50"}[name]
    middle = len(parse_form(text).curves) // 2
    less, usual, more = (
        by(text, **{name: value})[0][:, middle, axis] for value in (-0.4, 0.0, 0.4)
    )
    assert (less > usual + 0.05).all()  # its middle is further down, or to the right
    assert (more < usual - 0.05).all()


def test_roundness_cuts_corners():
    text = "0,0 100,0/100,100"
    from_corner = [
        np.hypot(*(by(text, roundness=value)[0] - (0.5, -0.5)).transpose(2, 0, 1)).min(axis=1)
        for value in (0.0, 0.5, 1.0)
    ]
    assert (from_corner[1] > from_corner[0] + 0.05).all()
    assert (from_corner[2] > from_corner[1] + 0.05).all()


def test_fast_strokes_run_past_their_end():
    ends = [by("50,0 50,100;0,50 100,50", speed=value)[0][:, [6, 13]] for value in (0.0, 1.0)]
    beyond = (ends[1] - ends[0]).mean(axis=0)
    assert beyond[0, 1] > 0.05 and beyond[1, 0] > 0.05  # down, and to the right


def test_fast_strokes_bend_on_the_way():
    def bent(speed):
        across = by(speed=speed)[0][:, :-1, 0]  # without the end, which runs on
        return (across - across.mean(axis=1, keepdims=True)).std()

    assert bent(1.0) > 2 * bent(0.0)


def test_tremor_shakes_the_line():
    def rough(tremor):
        return np.abs(np.diff(by(tremor=tremor)[0][..., 0], n=2)).mean()

    assert rough(0.04) > 5 * rough(0.004) > 5 * rough(0.0)


def test_joins_make_strokes_miss_each_other_as_wholes():
    cross = "50,0 50,100;0,50 100,50"
    moves = by(cross, joins=0.1)[0] - by(cross)[0]
    for stroke in (moves[:, :7], moves[:, 7:]):
        np.testing.assert_allclose(stroke, np.broadcast_to(stroke[:, :1], stroke.shape), atol=1e-9)
    apart = moves[:, 0] - moves[:, 7]
    assert apart.std() == pytest.approx(0.1 * np.sqrt(2), rel=0.2)


def test_a_single_stroke_has_nothing_to_miss():
    np.testing.assert_allclose(by(joins=0.1)[0], by()[0], atol=1e-9)


def test_the_pen_is_as_wide_as_asked_and_differs_a_little():
    thin, thick = by(pen=0.05)[1], by(pen=0.1)[1]
    np.testing.assert_allclose(thick, 2 * thin)
    assert np.median(thick) == pytest.approx(0.1, rel=0.1)
    assert 0.05 < thick.std() / thick.mean() < 0.2


def test_a_thick_pen_leaves_room_in_loops():
    points, widths = by(OVAL, aspect=0.3, pen=0.25)
    assert (np.ptp(points[..., 0], axis=1) > 2 * widths).all()


def test_wildness_is_how_much_one_digit_differs_from_the_next():
    spread = [by(OVAL, wildness=value)[0].std(axis=0).mean() for value in (0.0, 1.0, 3.0)]
    assert spread[2] > 1.5 * spread[1] > 1.5 * 1.5 * spread[0]


def test_a_habit_moves_the_path_the_same_way_each_time():
    moves = by(habits=0.1)[0] - by()[0]
    assert moves[..., 0] == pytest.approx(0.1, abs=0.05)
