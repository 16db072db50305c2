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
FRAMES = animation.frames(SEVEN, 5, SIDE)


def length(strokes):
    return sum(np.hypot(*np.diff(stroke, axis=0).T).sum() for stroke in strokes)


@given(st.floats(0, 1))
def test_the_pen_keeps_its_speed_and_draws_the_beginning_of_the_whole(share):
    drawn = animation.partial_strokes(SEVEN, share)
    assert length(drawn) == pytest.approx(share * length(SEVEN))
    assert len(drawn) <= len(SEVEN)
    for part, whole in zip(drawn, SEVEN, strict=False):
        np.testing.assert_array_equal(part[:-1], whole[: len(part) - 1])
    for part, whole in zip(drawn[:-1], SEVEN, strict=False):
        np.testing.assert_array_equal(part, whole)


def test_it_begins_with_a_dot_where_the_pen_is_put_down_and_ends_with_the_whole_drawing():
    np.testing.assert_array_equal(FRAMES[0], rasterize([SEVEN[0][:1]], SIDE, 5))
    np.testing.assert_array_equal(FRAMES[-1], rasterize(SEVEN, SIDE, 5))


def test_ink_only_comes_and_never_goes():
    pictures = np.array(FRAMES, int)
    assert (np.diff(pictures, axis=0) >= -64).all()  # a round end may reach a little further
    assert (np.diff(pictures.sum(axis=(1, 2))) > 0).all()


def test_a_dot_can_be_written_too():
    pictures = np.array(animation.frames([np.array([[30.0, 30]])], 5, SIDE))
    assert pictures[0].any() and (pictures == pictures[0]).all()


def test_the_file_plays_the_pictures_once_in_a_second_and_a_half():
    file = Image.open(io.BytesIO(animation.gif(FRAMES)))
    assert file.n_frames == animation.FRAMES
    milliseconds = 0
    for number, picture in enumerate(FRAMES):
        file.seek(number)
        milliseconds += file.info["duration"]
        np.testing.assert_array_equal(np.array(file.convert("L")), picture)
    assert "loop" not in file.info
    assert milliseconds == pytest.approx(1000 * animation.SECONDS, abs=5 * animation.FRAMES)
