"""Picture files of all kinds, read as a person sees them."""

import re

import numpy as np
import pytest
from pictures import difference, draw, encode, encode_turned
from PIL import Image

from mnist_core.preprocess.image_files import open_picture, register_heif
from mnist_core.preprocess.mnist_rule import to_mnist

register_heif()
DRAWING = draw()
IMAGE = Image.fromarray(DRAWING)
HARD = np.where(DRAWING > 127, 255, 0).astype(np.uint8)
KINDS = {
    "16-bit PNG": encode(DRAWING.astype(np.uint16) * 257, "PNG"),
    "palette PNG": encode(IMAGE.convert("P"), "PNG"),
    "GIF": encode(DRAWING, "GIF"),
    "BMP": encode(DRAWING, "BMP"),
    "TIFF": encode(DRAWING, "TIFF"),
    "32-bit TIFF": encode(DRAWING.astype(np.int32) * 257, "TIFF"),
    "WEBP": encode(np.dstack([DRAWING] * 3), "WEBP", lossless=True),
    "CMYK TIFF": encode(IMAGE.convert("RGB").convert("CMYK"), "TIFF"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_any_kind_is_read_as_its_plain_twin(kind):
    np.testing.assert_array_equal(to_mnist(open_picture(KINDS[kind])), to_mnist(DRAWING))


def test_a_file_of_one_bit_a_pixel_is_read_as_its_plain_twin():
    picture = open_picture(encode(Image.fromarray(DRAWING > 127), "PNG"))
    np.testing.assert_array_equal(to_mnist(picture), to_mnist(HARD))


def test_a_cmyk_jpeg_is_not_read_as_its_negative():
    colours = Image.fromarray(255 - DRAWING).convert("RGB")
    cmyk = open_picture(encode(colours.convert("CMYK"), "JPEG", quality=95))
    assert difference(cmyk, np.asarray(colours)).mean() < 2


def test_a_palette_with_a_transparent_colour_keeps_it():
    palette = Image.fromarray((DRAWING > 127).astype(np.uint8), "L").convert("P")
    palette.putpalette([255, 255, 255, 255, 255, 255])  # white on transparent white
    picture = open_picture(encode(palette, "PNG", transparency=0))
    assert picture.shape == (280, 280, 4)
    np.testing.assert_array_equal(to_mnist(picture), to_mnist(HARD))


def test_a_photo_as_iphones_store_it_is_read():
    picture = open_picture(encode(np.dstack([DRAWING] * 3), "HEIF", quality=90))
    assert difference(to_mnist(picture), to_mnist(DRAWING)).mean() < 4


FAST = {"quality": 30, "enc_params": {"preset": "ultrafast"}}


@pytest.mark.slow  # writing such a file takes seconds
@pytest.mark.parametrize("size", [(5712, 4284), (6048, 8064)])
def test_an_iphones_photo_of_24_and_48_million_pixels_is_read(size):
    grey = Image.fromarray(255 - DRAWING // 2).resize((min(size), min(size)))
    page = Image.new("RGB", size, (255, 255, 255))
    page.paste(grey, (size[0] - min(size), 0))
    large = open_picture(encode(page, "HEIF", **FAST))
    small = page.resize(large.shape[1::-1], Image.Resampling.BOX)
    assert 1024 < max(large.shape) <= 2048
    assert difference(large, np.asarray(small)).mean() < 2
    assert difference(to_mnist(large), to_mnist(DRAWING)).mean() < 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "size", "sentence"),
    [
        ("RGB", (8000, 6400), "50 million pixels, unless it is a JPEG. Received: a HEIF of 8000 x"),
        ("RGBA", (5000, 3100), "15 million pixels, unless it is a JPEG or a camera's HEIC"),
    ],
)
def test_a_larger_heic_is_refused_with_the_limit_that_it_exceeds(mode, size, sentence):
    with pytest.raises(ValueError, match=f"^The picture must be of at most {re.escape(sentence)}"):
        open_picture(encode(Image.new(mode, size), "HEIF", **FAST))


CAMERAS = [(4608, 3456), (4624, 3468), (5184, 3888), (5472, 3648), (6000, 4000), (8064, 6048)]


@pytest.mark.parametrize("size", [*CAMERAS, (4000, 3000), (4032, 3024), (3456, 4608), (4100, 4090)])
def test_a_jpeg_of_any_cameras_size_is_read(size):
    picture = open_picture(encode(Image.new("L", size, 200), "JPEG", quality=50))
    assert 850 < max(picture.shape) <= 2048


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_the_way_the_camera_was_held(orientation):
    picture = open_picture(encode_turned(IMAGE, orientation, "JPEG", quality=95))
    assert difference(picture, DRAWING).mean() < 1


def test_a_file_can_be_a_path(tmp_path):
    IMAGE.save(tmp_path / "two.png")
    np.testing.assert_array_equal(open_picture(tmp_path / "two.png"), DRAWING)


PNG = encode(DRAWING, "PNG")
UNREADABLE = {
    "empty": b"",
    "text": b"not a picture",
    "cut PNG": PNG[:400],
    "cut JPEG": encode(DRAWING, "JPEG")[:700],
    "bomb": PNG[:16] + (60_000).to_bytes(4, "big") * 2 + PNG[24:],
    "another format": encode(DRAWING, "PPM"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_unreadable_file_is_refused_in_one_sentence(kind):
    with pytest.raises(ValueError, match=r"^The picture must be a whole .*Received: .+"):
        open_picture(UNREADABLE[kind])


@pytest.mark.parametrize(
    ("size", "kind", "sentence"),
    [
        ((9000, 1), "PNG", "be at most 8192 pixels wide and high. Received: 9000 x 1 pixels"),
        ((9000, 1), "JPEG", "be at most 8192 pixels wide and high. Received: 9000 x 1 pixels"),
        (
            (5000, 3100), "PNG",
            "be of at most 15 million pixels, unless it is a JPEG or a camera's HEIC."
            " Received: a PNG of 5000 x 3100, 15.5 million",
        ),
    ],
)  # fmt: skip
def test_too_large_a_picture_is_refused_with_the_limit_that_it_exceeds(size, kind, sentence):
    with pytest.raises(ValueError, match=f"^The picture must {re.escape(sentence)}$"):
        open_picture(encode(Image.new("L", size), kind))


@pytest.mark.parametrize(
    "size", [(8192, 2100), (2100, 8192), (4095, 4095), (6144, 6144), (8192, 1)]
)
def test_a_jpeg_of_any_size_within_the_limits_of_its_sides_is_read(size):
    picture = open_picture(encode(Image.new("L", size, 200), "JPEG"))
    height, width = picture.shape
    assert 1024 < max(picture.shape) <= 2048
    assert height / width == pytest.approx(size[1] / size[0], rel=0.01, abs=0.001)
    assert (picture == 200).all()


def test_a_missing_file_is_named():
    with pytest.raises(ValueError, match=r"nowhere\.png must be .*No such file"):
        open_picture("nowhere.png")
