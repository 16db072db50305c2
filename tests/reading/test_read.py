"""Pictures and strokes of several digits become a text, each digit with its box."""

import numpy as np
import pytest
import written_numbers

from mnist_core.prediction import Classifier
from mnist_core.preprocess import BlankPictureError, canvas_ink, to_mnist
from mnist_core.reading import read, read_strokes
from mnist_core.strokes.numbers import GAPS
from mnist_core.strokes.rasterize import rasterize


@pytest.fixture(scope="module")
def reader():
    return Classifier.load("reader")


def both_ways(number, reader):
    """The readings of a number's picture and of its strokes."""
    return read(number.picture(), reader), read_strokes(number.strokes, number.pen_width, reader)


def line(*points):
    return np.array(points, float)


@pytest.mark.parametrize("gaps", GAPS)
@pytest.mark.parametrize("text", ["42", "2026", "739586", "100"])
def test_a_number_is_read_from_left_to_right(text, gaps, reader):
    number = written_numbers.write(text, gaps=GAPS[gaps])
    assert [reading.text for reading in both_ways(number, reader)] == [text] * 2


def test_rows_are_read_from_top_to_bottom(reader):
    number = written_numbers.write("204\n7316\n58", gaps=GAPS["near"])
    assert [reading.text for reading in both_ways(number, reader)] == [number.text] * 2


def test_each_digit_has_the_box_of_its_ink_in_the_pictures_pixels(reader):
    number = written_numbers.write("208\n395", gaps=GAPS["wide"])
    pen = number.pen_width / 2
    points = [np.concatenate(digit) for digit in number.digits]
    boxes = [[*p.min(axis=0) - pen, *p.max(axis=0) + pen] for p in points]
    for reading in both_ways(number, reader):
        np.testing.assert_allclose([digit.box for digit in reading.digits], boxes, atol=1.5)


def test_the_text_holds_the_most_probable_digit_of_each_image(reader):
    for reading in both_ways(written_numbers.write("61947", gaps=GAPS["touching"]), reader):
        images = np.stack([digit.image for digit in reading.digits])
        probabilities = np.stack([digit.probabilities for digit in reading.digits])
        np.testing.assert_allclose(probabilities, reader.probabilities(images), atol=1e-6)
        assert reading.text == "".join(map(str, probabilities.argmax(axis=1)))
        assert [digit.digit for digit in reading.digits] == probabilities.argmax(axis=1).tolist()


def test_any_model_reads_them():
    number = written_numbers.write("2048", gaps=GAPS["near"])
    assert [reading.text for reading in both_ways(number, Classifier.load("classic"))] == [
        "2048"
    ] * 2


def test_colours_and_polarity_do_not_matter(reader):
    picture = written_numbers.write("3574", gaps=GAPS["near"]).picture()
    blue_on_white = np.stack([255 - picture, 255 - picture, np.full_like(picture, 255)], axis=-1)
    readings = [read(one, reader) for one in (picture, 255 - picture, blue_on_white)]
    assert {reading.text for reading in readings} == {"3574"}
    assert len({tuple(digit.box for digit in reading.digits) for reading in readings}) == 1


@pytest.mark.parametrize("digit", range(10))
def test_a_single_digit_is_shown_as_an_upload_of_its_picture(digit, reader):
    number = written_numbers.write(str(digit))
    picture = number.picture()
    (found,) = read(picture, reader).digits
    laid = canvas_ink.canvas_from_picture(picture)
    np.testing.assert_array_equal(found.image, to_mnist(laid))
    (drawn,) = read_strokes(number.strokes, number.pen_width, reader).digits
    assert drawn.digit == found.digit


FLAG = [
    line((70, 20), (130, 18)),
    line((62, 32), (58, 90), (100, 82), (128, 120), (96, 170), (50, 160)),
]
OPEN_FOUR = [line((70, 20), (52, 100), (100, 104)), line((119, 24), (116, 190))]
BARRED = [line((50, 20), (130, 20), (80, 180)), line((112, 110), (150, 106))]


@pytest.mark.parametrize(
    ("strokes", "text"), [(FLAG, "5"), (OPEN_FOUR, "4"), (BARRED, "7")], ids=["5", "4", "7"]
)
def test_a_digit_in_pieces_that_do_not_touch_is_one_digit(strokes, text, reader):
    assert read(rasterize(strokes, 200, 12), reader).text == text
    assert read_strokes(strokes, 12, reader).text == text


def test_one_stroke_through_two_digits_is_parted_between_them(reader):
    number = written_numbers.write("20", gaps=GAPS["near"])
    joined = [np.concatenate([stroke for digit in number.digits for stroke in digit])]
    assert read_strokes(joined, number.pen_width, reader).text == "20"


def test_where_digits_overlap_strokes_keep_all_their_ink(reader):
    number = written_numbers.write("888", gaps=(-0.15, -0.1))
    alone = [rasterize(digit, number.canvas, number.pen_width) for digit in number.digits]
    found = read_strokes(number.strokes, number.pen_width, reader).digits
    for digit, picture in zip(found, alone, strict=True):
        assert np.abs(digit.image.astype(int) - to_mnist(picture)).mean() < 6


def test_a_blank_picture_and_no_strokes_are_refused(reader):
    with pytest.raises(BlankPictureError):
        read(np.zeros((50, 90), np.uint8), reader)
    with pytest.raises(BlankPictureError):
        read_strokes([], 10, reader)


@pytest.mark.parametrize(
    ("strokes", "pen_width", "sentence"),
    [
        ([np.zeros((3, 3))], 10, r"A stroke must be \(k, 2\) points.*Received: \(3, 3\)"),
        ([np.zeros((0, 2))], 10, r"A stroke must be \(k, 2\) points.*Received: \(0, 2\)"),
        ([np.full((2, 2), np.nan)], 10, "must be finite numbers"),
        ([np.zeros((2, 2))], 0, "The pen's width must be above 0. Received: 0"),
    ],
)
def test_strokes_that_are_none_are_refused_in_one_sentence(strokes, pen_width, sentence, reader):
    with pytest.raises(ValueError, match=sentence):
        read_strokes(strokes, pen_width, reader)
