"""A person's word on the ink of an uploaded picture: a frame, a part taken away or brought back."""

import io

import numpy as np
import pytest
from app_pages import SEVEN, open_page
from PIL import Image

from mnist_core.preprocess import mnist_rule
from pages.ui.choices.uploaded_picture import FRAME, REMOVE, RESTORE, SIDE, edit
from pages.ui.widgets import canvas

SPOT = (500, 100, 620, 160)  # beside the digit
LEFT = (0, 0, 400, SIDE // 2)
ALL = (0, 0, SIDE, SIDE // 2)


@pytest.fixture
def upload(loaded_models, drawn, clicks):
    """A function that opens Draw and uploads a 7 in dark ink, with a bar beside it or not."""

    def opened(bar=True):
        digit = Image.fromarray(255 - canvas.render_paths([SEVEN])).resize((SIDE // 2, SIDE // 2))
        picture = Image.new("L", (SIDE, SIDE // 2), 255)
        picture.paste(digit, (0, 0))
        if bar:
            picture.paste(0, SPOT)
        data = io.BytesIO()
        picture.save(data, "PNG")
        app = open_page("draw")
        app.file_uploader(key="upload").upload("seven.png", data.getvalue(), "image/png").run()
        assert not app.exception
        return app

    return opened


def image(app) -> np.ndarray:
    """What the network sees of what is on the canvas: uint8 (28, 28)."""
    return mnist_rule.to_mnist(app.session_state["session"].canvas.backdrop)


def say(app, mode, frame):
    edit(app.session_state["session"], mode, frame)
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("mode, frame", [(FRAME, LEFT), (REMOVE, SPOT)])
def test_what_is_outside_the_frame_or_taken_away_is_read_no_more(upload, mode, frame):
    alone = image(upload(bar=False)).astype(int)
    app = upload()
    assert np.abs(image(app) - alone).mean() > 10
    assert np.abs(image(say(app, mode, frame)) - alone).mean() < 5


def test_what_was_missed_is_brought_back(upload):
    app = upload()
    both = image(app).astype(int)
    say(app, FRAME, LEFT)
    assert np.abs(image(say(app, RESTORE, SPOT)) - both).mean() < 5


def test_as_found_takes_every_word_back(upload):
    app = upload()
    before = image(app)
    assert app.button(key="ink_as_found").disabled
    say(app, REMOVE, SPOT)
    app.button(key="ink_as_found").click().run()
    assert np.array_equal(image(app), before)
    assert app.button(key="ink_as_found").disabled


def test_where_nothing_is_left_it_is_said_and_the_picture_stays(upload):
    app = say(upload(), REMOVE, ALL)
    assert "seven.png: The picture is blank" in app.error[0].value
    assert len(app.get("plotly_chart")) == 1


def test_another_drawing_takes_the_picture_away(upload):
    app = upload()
    app.button(key="clear").click().run()
    assert not app.get("plotly_chart")


def test_the_camera_is_asked_for_by_a_switch_alone(upload):
    app = upload()
    assert not app.get("camera_input")
    app.toggle(key="camera").set_value(True).run()
    assert len(app.get("camera_input")) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1)])
def test_a_coloured_picture_one_pixel_wide_or_high_is_shown_as_it_is(draw, size):
    data = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(data, "PNG")
    app = draw()
    app.file_uploader(key="upload").upload("thin.png", data.getvalue(), "image/png").run()
    assert not app.exception
    assert "thin.png: " in app.error[0].value
    assert app.session_state["session"].canvas.upload.picture.shape == (*size[::-1], 3)
