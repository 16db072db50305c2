"""Digits on paper of every kind: found, read, and never called blank where something is."""

import subprocess
import sys

import numpy as np
import paper
import pytest
from pictures import TWO, draw, encode

from mnist_core.prediction import Classifier
from mnist_core.preprocess import foreground
from mnist_core.preprocess.foreground import BlankPictureError, UnclearPictureError
from mnist_core.preprocess.image_files import open_picture
from mnist_core.preprocess.mnist_rule import to_mnist

pytestmark = pytest.mark.slow  # large pictures


def digit_read(picture) -> int:
    return int(Classifier.load().probabilities(to_mnist(picture)[None])[0].argmax())


def drawn(side, size=0.5, pen=0.06, level=0, ground=255):
    """A 2 on an even sheet: uint8 (side, side)."""
    ink = draw(size, (140, 140), 280 * pen)
    small = np.asarray(paper.cv2.resize(ink, (side, side), interpolation=paper.cv2.INTER_AREA))
    return (ground + (level - ground) * (small / 255)).round().astype(np.uint8)


@pytest.mark.parametrize("strength", [1, 3])
@pytest.mark.parametrize("kind", [kind for kind in paper.KINDS if kind != "turn"])
def test_a_digit_on_paper_of_every_kind_is_read(kind, strength):
    rng = np.random.default_rng([strength, len(kind)])
    assert digit_read(paper.photograph(TWO, rng, (kind,), strength)) == 2


@pytest.mark.parametrize("strength", [1, 2, 3])
def test_a_digit_on_paper_with_all_of_them_at_once_is_read(strength):
    rng = np.random.default_rng(1)
    assert digit_read(paper.photograph(TWO, rng, paper.TOGETHER, strength)) == 2


@pytest.mark.parametrize("sides", ["t", "lt", "lb", "ltr", "ltrb"])
@pytest.mark.parametrize(("side", "width", "level"), [(28, 1, 150), (120, 2, 0), (300, 6, 0)])
def test_a_frame_is_no_ink(sides, side, width, level):
    picture = drawn(side)
    clean = picture.copy()
    bands = {"l": np.s_[:, :width], "t": np.s_[:width], "r": np.s_[:, -width:], "b": np.s_[-width:]}
    for band in sides:
        picture[bands[band]] = level
    np.testing.assert_array_equal(to_mnist(picture), to_mnist(clean))


@pytest.mark.parametrize("sheet", [120, 170, 220])
@pytest.mark.parametrize("shade", [90, 150, 210])
def test_a_sheet_on_another_ground_is_no_ink(sheet, shade):
    picture = np.full((300, 300), 255, np.uint8)
    picture[40 : 40 + sheet, 50 : 50 + sheet] = drawn(sheet, level=20, ground=shade)
    assert digit_read(picture) == 2


def test_the_edge_of_a_table_in_a_corner_is_no_ink():
    picture = drawn(200, size=0.4)
    clean = to_mnist(picture)
    y, x = np.mgrid[:200, :200]
    picture[x + y < 50] = 60
    np.testing.assert_array_equal(to_mnist(picture), clean)


@pytest.mark.parametrize("level", [195, 225])
@pytest.mark.parametrize("spacing", [15, 30, 60])
def test_pale_squares_on_a_clean_scan_are_no_ink(level, spacing):
    picture = drawn(300)
    squared = picture.copy()
    squared[::spacing] = squared[:, ::spacing] = level
    assert digit_read(np.minimum(picture, squared)) == 2


@pytest.mark.parametrize("share", [0.05, 0.15])
def test_shading_that_leaves_some_pixels_like_the_border_is_no_ink(share):
    picture = drawn(240).astype(float)
    shade = np.clip((np.linspace(0, 1, 240) - share) * 90, 0, None)
    assert digit_read((picture * (1 - shade[None] / 255)).astype(np.uint8)) == 2


def test_coloured_bands_at_the_sides_are_no_ink():
    picture = np.dstack([drawn(200, size=0.4)] * 3)
    picture[:, :25] = 200, 60, 60
    picture[:, -15:] = 60, 90, 200
    assert digit_read(picture) == 2


@pytest.mark.parametrize("size", [0.1, 0.3])
def test_two_grey_dots_in_the_corners_are_no_ink(size):
    picture = drawn(300, size, pen=0.02)
    clean = to_mnist(picture)
    picture[10:12, 10:12] = picture[280:282, 285:287] = 120
    np.testing.assert_array_equal(to_mnist(picture), clean)


@pytest.mark.parametrize("quality", [60, 85])
@pytest.mark.parametrize("side", [40, 75])
def test_a_small_jpeg_is_read(side, quality):
    jpeg = encode(np.dstack([drawn(side)] * 3), "JPEG", quality=quality)
    assert digit_read(open_picture(jpeg)) == 2


@pytest.mark.parametrize(("side", "pen"), [(75, 0.21), (150, 0.18), (300, 0.15)])
def test_a_bold_digit_that_fills_its_grey_paper_is_read(side, pen):
    picture = drawn(side, 0.6, pen, level=40, ground=200).astype(float)
    shaded = picture + np.linspace(-12, 12, side)[None] + np.linspace(-6, 6, side)[:, None]
    assert digit_read(shaded.astype(np.uint8)) == 2


@pytest.mark.parametrize("kind", ["shadow", "gradient", "blur", "noise", "jpeg"])
@pytest.mark.parametrize("strength", [3, 5])
def test_what_is_written_on_is_never_called_blank(kind, strength):
    picture = paper.photograph(TWO, np.random.default_rng(strength), (kind,), strength)
    try:
        assert foreground.extract(picture).any()
    except UnclearPictureError as unclear:
        assert not isinstance(unclear, BlankPictureError)


@pytest.mark.parametrize("noise", [0, 3, 10])
def test_blank_paper_is_called_blank(noise):
    rng = np.random.default_rng(0)
    light = np.linspace(230, 150, 300)[None] + np.zeros((200, 1)) + rng.normal(0, noise, (200, 300))
    with pytest.raises(BlankPictureError):
        foreground.extract(np.clip(light, 0, 255).astype(np.uint8))


def test_two_grounds_without_ink_are_neither_blank_nor_a_digit():
    picture = np.random.default_rng(0).normal(0, 4, (200, 200)) + 60
    picture[:, 100:] += 120
    with pytest.raises(UnclearPictureError, match=r"paper all around it.*Received: a picture on"):
        foreground.extract(picture.clip(0, 255).astype(np.uint8))


def test_a_drawing_on_a_canvas_loads_no_opencv():
    code = "import sys, numpy as np; from mnist_core.preprocess import to_mnist\n"
    code += "p = np.zeros((280, 280), np.uint8); p[60:220, 130:150] = 255; to_mnist(p)\n"
    code += "assert 'cv2' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
