"""A digit being written, picture by picture."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mnist_core.data import animation
from mnist_core.strokes.rasterize import rasterize

SIDE = 60
SEVEN = [np.array([[12.0, 12], [45, 12], [25, 50]]), np.array([[20.0, 30], [42, 30]])]
DOT = [np.array([[30.0, 30]])]
shares = st.floats(0, 1)


def length(written):
    return sum(np.hypot(*np.diff(stroke, axis=0).T).sum() for stroke in written)


def replayed(data):
    """(pictures, milliseconds of all together, what the file says of repeating)."""
    file = Image.open(io.BytesIO(data))
    pictures, total = [], 0
    for number in range(file.n_frames):
        file.seek(number)
        total += file.info["duration"]
        pictures.append(np.array(file.convert("L")))
    return pictures, total, file.info.get("loop")


@given(shares)
def test_the_pen_keeps_its_speed(share):
    assert length(animation.partial_strokes(SEVEN, share)) == pytest.approx(share * length(SEVEN))


@given(shares)
def test_what_is_drawn_is_the_beginning_of_the_whole(share):
    drawn = animation.partial_strokes(SEVEN, share)
    assert len(drawn) <= len(SEVEN)
    for part, whole in zip(drawn, SEVEN, strict=False):
        assert np.array_equal(part[:-1], whole[: len(part) - 1])
    for part, whole in zip(drawn[:-1], SEVEN, strict=False):
        assert np.array_equal(part, whole)


def test_it_begins_with_a_dot_where_the_pen_is_put_down():
    first = animation.frames(SEVEN, 5, SIDE)[0]
    np.testing.assert_array_equal(first, rasterize([SEVEN[0][:1]], SIDE, 5))


def test_it_ends_with_the_whole_drawing():
    last = animation.frames(SEVEN, 5, SIDE)[-1]
    np.testing.assert_array_equal(last, rasterize(SEVEN, SIDE, 5))


def test_ink_only_comes_and_never_goes():
    pictures = np.array(animation.frames(SEVEN, 5, SIDE), int)
    assert (np.diff(pictures, axis=0) >= -64).all()  # a round end may reach a little further
    totals = pictures.sum(axis=(1, 2))
    assert (np.diff(totals) > 0).all()


def test_a_dot_can_be_written_too():
    pictures = animation.frames(DOT, 5, SIDE)
    assert all(np.array_equal(picture, pictures[0]) for picture in pictures)
    assert pictures[0].any()


def test_the_file_holds_the_pictures_as_they_are():
    pictures = animation.frames(SEVEN, 5, SIDE)
    kept, _, _ = replayed(animation.gif(pictures))
    assert len(kept) == animation.FRAMES
    for one, other in zip(kept, pictures, strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_plays_once_in_a_second_and_a_half():
    _, milliseconds, loop = replayed(animation.gif(animation.frames(SEVEN, 5, SIDE)))
    assert loop is None
    assert milliseconds == pytest.approx(1000 * animation.SECONDS, abs=5 * animation.FRAMES)
