"""What counts as ink, whatever the colours, the polarity or the paper."""

import numpy as np
import pytest
from pictures import difference, draw, encode
from PIL import Image, ImageFilter

from mnist_core.preprocess import foreground
from mnist_core.preprocess.foreground import BlankPictureError
from mnist_core.preprocess.image_files import open_picture
from mnist_core.preprocess.mnist_rule import preprocessing_steps, resize_whole, to_mnist


def opaque(picture):
    return np.dstack([picture, picture, picture, np.full_like(picture, 255)])


def in_alpha(picture, colour=255):
    return np.dstack([np.full_like(picture, colour)] * 3 + [picture])


FORMS = {
    "inverted": lambda p: 255 - p,
    "one channel": lambda p: p[..., None],
    "rgb": lambda p: np.dstack([p] * 3),
    "rgba": opaque,
    "paper": lambda p: opaque(255 - p),
    "paper on a transparent ground": lambda p: np.pad(
        opaque(255 - p), [(60, 60), (60, 60), (0, 0)]
    ),
    "alpha": in_alpha,
    "black in alpha": lambda p: in_alpha(p, colour=0),
    "colours": lambda p: np.dstack([p, p // 2, 255 - p]),
    "columns first": np.asfortranarray,
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_drawing_in_any_form_gives_the_same_image(form):
    np.testing.assert_array_equal(to_mnist(FORMS[form](draw())), to_mnist(draw()))


def test_ink_as_bright_as_its_paper_is_still_seen():
    ink_share = draw()[..., None] / 255
    red, green = np.array([200, 40, 40]), np.array([40, 122, 40])
    picture = (green + (red - green) * ink_share).round().astype(np.uint8)
    assert difference(to_mnist(picture), to_mnist(draw())).max() <= 3  # 160 levels, not 255


@pytest.mark.parametrize("quality", [50, 75, 95])
@pytest.mark.parametrize("width", [5, 22])
def test_jpegs_ripples_do_not_widen_the_box(quality, width):
    drawing = draw(0.3, (120, 120), width)
    jpeg = open_picture(encode(np.dstack([255 - drawing] * 3), "JPEG", quality=quality))
    exact, read = (preprocessing_steps(picture).crop.shape for picture in (drawing, jpeg))
    assert np.abs(np.subtract(exact, read)).max() <= 3


@pytest.mark.parametrize("radius", [1, 4])
def test_soft_edges_are_kept_to_their_last_grey_level(radius):
    soft = np.asarray(Image.fromarray(draw()).filter(ImageFilter.GaussianBlur(radius)))
    np.testing.assert_array_equal(foreground.extract(soft), soft)


def photograph(drawing):
    """The drawing in ink on paper that is lit from the left, with a camera's noise."""
    y, x = np.mgrid[:280, :280] / 280
    light = 230 - 80 * x - 50 * y**2 + np.random.default_rng(0).normal(0, 5, drawing.shape)
    return np.clip(light * (1 - 0.6 * drawing / 255), 0, 255).astype(np.uint8)


def test_a_photo_of_unevenly_lit_paper_is_read_without_its_shadow():
    exact, read = preprocessing_steps(draw()), preprocessing_steps(photograph(draw()))
    assert np.abs(np.subtract(exact.crop.shape, read.crop.shape)).max() <= 4
    assert np.corrcoef(exact.small.ravel(), read.small.ravel())[0, 1] > 0.95


BLANK = {
    "1x1": np.zeros((1, 1), np.uint8),
    "transparent": np.zeros((280, 280, 4), np.uint8),
    "white": np.full((280, 280), 255, np.uint8),
    "coloured": np.full((30, 20, 3), (200, 30, 60), np.uint8),
    "black": opaque(np.zeros((280, 280), np.uint8)),
    "invisible": opaque(draw()) * np.array([1, 1, 1, 0], np.uint8),
    "photo": photograph(np.zeros((280, 280))),
}


@pytest.mark.parametrize("kind", BLANK)
@pytest.mark.parametrize("function", [to_mnist, preprocessing_steps, resize_whole])
def test_a_blank_picture_is_refused_in_one_sentence(function, kind):
    with pytest.raises(BlankPictureError, match=r"^The picture is blank: [^.]+\.$"):
        function(BLANK[kind])


@pytest.mark.parametrize(
    ("picture", "received"),
    [
        (np.zeros((28, 28)), r"float64 \(28, 28\)"),
        (np.zeros((28, 28, 2), np.uint8), r"uint8 \(28, 28, 2\)"),
        (np.zeros((1, 28, 28, 1), np.uint8), r"uint8 \(1, 28, 28, 1\)"),
        (np.zeros((0, 28), np.uint8), r"\(0, 28\)"),
        (np.zeros((1, 8193), np.uint8), r"\(1, 8193\)"),
        ([[0]], "list"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_came(picture, received):
    with pytest.raises(ValueError, match=f"must be a uint8 array.*Received: {received}"):
        to_mnist(picture)
