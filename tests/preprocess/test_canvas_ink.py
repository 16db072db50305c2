"""What was found on a picture, in the picture's own pixels, and what a person makes of it."""

import numpy as np
import paper
import pytest
from pictures import TWO, draw, encode

from mnist_core.preprocess import canvas_ink, foreground, mnist_rule

TWO_DIGITS = np.maximum(draw(0.35, (70, 140)), draw(0.35, (205, 140)))


def test_the_frame_and_the_mask_of_a_clean_drawing_are_those_of_its_ink():
    found = canvas_ink.find_ink(draw())
    np.testing.assert_array_equal(found.mask, draw() > 0)
    rows, columns = foreground.bounding_box(draw())
    assert found.frame == (columns.start, rows.start, columns.stop, rows.stop)


def test_the_mask_of_a_photo_lies_on_the_ink_in_the_photos_pixels():
    photo = paper.photograph(TWO, np.random.default_rng(3), ("gradient", "frame"), 2)
    mask = canvas_ink.find_ink(photo).mask
    assert mask.shape == photo.shape[:2]
    assert photo[mask].mean() < photo[~mask].mean() - 60


def test_a_frame_leaves_what_is_outside():
    found = canvas_ink.find_ink(TWO_DIGITS, frame=(0, 0, 138, 280))
    np.testing.assert_array_equal(found.mask[:, :138], TWO_DIGITS[:, :138] > 0)
    assert not found.mask[:, 138:].any()


def test_a_part_can_be_taken_away_and_taken_back():
    away = canvas_ink.find_ink(TWO_DIGITS, removed=[(138, 0, 280, 280)])
    assert away.frame[2] <= 138
    back = canvas_ink.find_ink(TWO_DIGITS, frame=(0, 0, 138, 280), restored=[(138, 0, 280, 280)])
    np.testing.assert_array_equal(back.mask, TWO_DIGITS > 0)


def test_all_taken_away_is_blank():
    with pytest.raises(foreground.BlankPictureError):
        canvas_ink.find_ink(draw(), removed=[(0, 0, 280, 280)])


@pytest.mark.parametrize("frame", [(0, 0, 281, 280), (-1, 0, 5, 5), (9, 0, 9, 5), (0, 8, 5, 3)])
def test_a_frame_that_is_none_is_refused(frame):
    with pytest.raises(ValueError, match=r"A frame must be left.*0, 0, 280, 280.*Received: \("):
        canvas_ink.find_ink(draw(), frame=frame)


def test_one_of_mnists_images_goes_through_a_file_unchanged():
    image = mnist_rule.to_mnist(draw())
    canvas = canvas_ink.canvas_from_file(encode(image, "PNG"))
    np.testing.assert_array_equal(mnist_rule.to_mnist(canvas), image)


def test_faint_ink_is_bright_on_the_canvas():
    assert canvas_ink.canvas_from_file(encode(draw() // 5, "PNG")).max() == 255
