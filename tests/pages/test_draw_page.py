"""The Draw page from the entry point, with paths put on the canvas by the test."""

import base64
import io

import numpy as np
import pytest
from app_pages import APP
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from pages.ui.choices import samples
from pages.ui.choices.loader import ModelLoader, model_loader
from pages.ui.widgets import answer, canvas

pytestmark = pytest.mark.slow  # a whole app per test


def path(*points, width=canvas.PEN_WIDTH):
    """A pen path as the canvas gives it."""
    moves = [["M", *points[0]], *(["L", *point] for point in points[1:])]
    return {"type": "Path", "path": moves, "strokeWidth": width}


ONE = [path((210, 80), (210, 340))]
SEVEN = [path((130, 90), (290, 90), (190, 340))]


@pytest.fixture
def app(drawn):
    return AppTest.from_file(APP, default_timeout=60)


def said(app) -> str:
    """The digit or the hint on the page."""
    pieces = [html.proto.body for html in app.get("html") if 'class="answer"' in html.proto.body]
    assert len(pieces) == 1
    return pieces[0].split("answer-head")[1].split(">")[2].split("<")[0]


def seen(app) -> np.ndarray:
    """The 28x28 image on the page."""
    for html in app.get("html"):
        if 'class="seen"' in html.proto.body:
            return decoded(html.proto.body.split('src="')[1].split('"')[0])
    raise AssertionError("There is no image on the page.")


def decoded(url) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))))


def test_an_empty_canvas_gives_a_hint_and_no_digit(loaded_models, app):
    app.run()
    assert not app.exception
    assert said(app) == answer.HINT
    assert not seen(app).any()


@pytest.mark.parametrize(("paths", "digit"), [(ONE, "1"), (SEVEN, "7")])
def test_a_drawing_is_read(loaded_models, app, drawn, paths, digit):
    drawn.extend(paths)
    app.run()
    assert not app.exception
    assert said(app) == digit


def beside(app) -> str:
    """What the other network says of the same drawing."""
    return next(h.proto.body for h in app.get("html") if 'class="beside"' in h.proto.body)


def test_the_classic_and_the_reader_read_the_same_drawing_and_one_click_swaps_them(
    loaded_models, app, drawn
):
    drawn.extend(SEVEN)
    app.run()
    image = mnist_rule.to_mnist(canvas.render_paths(drawn))[None]
    for shown, other in (("reader", "classic"), ("classic", "reader")):
        assert app.selectbox(key="model").value == shown
        best = Classifier.load(shown).probabilities(image)[0].argmax()
        assert said(app) == str(best)
        probabilities = Classifier.load(other).probabilities(image)[0]
        assert f">{probabilities.argmax()}</b>" in beside(app)
        assert other in beside(app)
        app.button(key="other").click().run()


def test_without_a_drawing_the_other_network_says_nothing_of_it(loaded_models, app):
    app.run()
    assert "classic reads it too" in beside(app)


def test_clear_gives_the_hint_back(loaded_models, app, drawn):
    drawn.extend(ONE)
    app.run()
    drawn.clear()
    app.button(key="clear").click().run()
    assert said(app) == answer.HINT


def test_undo_takes_only_the_last_stroke(loaded_models, app, drawn):
    drawn.extend([*ONE, path((100, 350), (320, 350))])
    app.run()
    drawn.clear()
    app.button(key="undo").click().run()
    assert said(app) == "1"
    app.button(key="undo").click().run()
    assert said(app) == answer.HINT


def test_undo_and_clear_on_an_empty_canvas_do_nothing(loaded_models, app):
    app.run()
    app.button(key="undo").click().run()
    app.button(key="clear").click().run()
    assert not app.exception
    assert said(app) == answer.HINT


def test_strokes_that_the_browser_sends_after_clear_are_not_taken(
    loaded_models, app, drawn, monkeypatch
):
    drawn.extend(ONE)
    app.run()
    late = [canvas.drawing_marker(1), *ONE]  # the first drawing's number
    monkeypatch.setattr(canvas, "pen_paths", lambda first_paths, pen_width, backdrop: late)
    app.button(key="clear").click().run()
    assert said(app) == answer.HINT


def test_without_the_rule_the_network_sees_the_whole_canvas_shrunk(loaded_models, app, drawn):
    drawn.append(path((60, 40), (60, 160)))
    app.run()
    picture = canvas.render_paths(drawn)
    assert np.array_equal(seen(app), mnist_rule.to_mnist(picture))
    app.toggle(key="rule").set_value(False).run()
    assert np.array_equal(seen(app), mnist_rule.resize_whole(picture))


def test_the_steps_show_cut_square_small_and_image(loaded_models, app, drawn):
    drawn.extend(SEVEN)
    app.run()
    (html,) = [h.proto.body for h in app.get("html") if 'class="steps"' in h.proto.body]
    images = [decoded(piece.split('"')[0]) for piece in html.split('src="')[1:]]
    crop, square, small, image = images
    assert square.shape == (max(crop.shape),) * 2
    assert small.shape == (20, 20)
    assert np.array_equal(image, seen(app))


def test_a_sample_digit_reaches_the_network_as_it_is(loaded_models, app):
    app.run()
    image = samples.ten_digits(model_loader().test_set(), seed=0)[5]
    app.button(key="sample-5").click().run()
    assert np.abs(seen(app).astype(int) - mnist_rule.to_mnist(image)).max() <= 1
    assert said(app).isdecimal()


def test_one_can_draw_on_top_of_a_sample(loaded_models, app, drawn):
    app.run()
    app.button(key="sample-1").click().run()
    alone = seen(app)
    drawn.append(path((60, 380), (360, 380)))
    app.run()
    assert not np.array_equal(seen(app), alone)


def png(picture) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    return data.getvalue()


def test_an_uploaded_picture_of_dark_ink_on_white_is_read(loaded_models, app):
    app.run()
    picture = 255 - canvas.render_paths(SEVEN)
    app.file_uploader(key="upload").upload("seven.png", png(picture), "image/png").run()
    assert not app.exception
    assert said(app) == "7"


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"no picture", "seven.png"), (png(np.full((50, 50), 255, np.uint8)), "blank")],
    ids=["another kind of file", "a blank picture"],
)
def test_an_upload_that_is_no_drawing_is_refused_in_a_sentence(loaded_models, app, data, why):
    app.run()
    app.file_uploader(key="upload").upload("seven.png", data, "image/png").run()
    assert not app.exception
    assert why in app.error[0].value
    assert said(app) == answer.HINT


def test_before_the_network_is_there_the_page_says_so(app, drawn, monkeypatch):
    shelf = ModelLoader()
    monkeypatch.setattr("pages.ui.choices.loader.model_loader", lambda: shelf)
    monkeypatch.setattr("pages.ui.choices.samples.model_loader", lambda: shelf)
    drawn.extend(ONE)
    app.run()
    assert not app.exception
    assert said(app) == answer.LOADING


def test_a_share_is_never_called_certain_or_impossible_when_it_is_not():
    assert answer.percent(0.9999) == ">99 %"
    assert answer.percent(0.0001) == "<1 %"
    assert answer.percent(0.5) == "50 %"
    assert (answer.percent(0), answer.percent(1)) == ("<1 %", ">99 %")


def test_an_unsure_network_names_its_second_guess(monkeypatch):
    shown = []
    monkeypatch.setattr(answer.st, "html", shown.append)
    probabilities = np.full(10, 0.01)
    probabilities[[4, 9]] = 0.5, 0.42
    answer.show_answer(probabilities)
    assert "Not sure" in shown[0]
    assert "9?" in shown[0]
    probabilities[[4, 9]] = 0.91, 0.01
    answer.show_answer(probabilities)
    assert "Not sure" not in shown[1]


def test_each_stroke_keeps_its_own_width():
    thin, thick = (canvas.render_paths([path((90, 90), (90, 330), width=w)]) for w in (12, 60))
    both = canvas.render_paths(
        [path((90, 90), (90, 330), width=12), path((300, 90), (300, 330), width=60)]
    )
    half = canvas.PICTURE // 2
    assert np.array_equal(both[:, :half], thin[:, :half])
    assert both[:, half:].sum() == pytest.approx(thick.sum(), rel=0.02)
    assert thin.any(axis=0).sum() == pytest.approx(12 * canvas.PICTURE / canvas.SIDE, abs=2)


def test_a_curve_is_followed_and_its_points_lie_close():
    curve = {"path": [["M", 0, 0], ["Q", 50, 100, 100, 0]], "strokeWidth": 10}
    points = canvas.path_points(curve)
    assert points[0].tolist() == [0, 0]
    assert points[-1].tolist() == [100, 0]
    assert points[:, 1].max() == pytest.approx(50, abs=1)
    assert np.hypot(*np.diff(points, axis=0).T).max() < 12


@pytest.mark.parametrize("shape", [(28, 28), (10, 300), (4000, 100), (1, 1)])
def test_any_picture_fits_the_canvas_in_the_middle_unstretched(shape):
    laid = canvas.fit_picture(np.full(shape, 255, np.uint8))
    assert laid.shape == (canvas.PICTURE, canvas.PICTURE)
    rows, columns = np.flatnonzero(laid.any(1)), np.flatnonzero(laid.any(0))
    assert max(rows.size, columns.size) == canvas.PICTURE
    for found in (rows, columns):
        assert abs(found[0] - (canvas.PICTURE - 1 - found[-1])) <= 1
    assert rows.size / columns.size == pytest.approx(shape[0] / shape[1], rel=0.15)


def test_samples_that_become_ready_while_the_page_is_made_come_onto_it(
    app, loaded_models, monkeypatch
):
    loaded = []
    test_set = ModelLoader.test_set

    def too_early_by_a_moment(self):
        found = test_set(self) if loaded else None
        loaded.append(True)
        return found

    monkeypatch.setattr(ModelLoader, "test_set", too_early_by_a_moment)
    monkeypatch.setattr(ModelLoader, "ready", lambda self: bool(loaded))
    app.run()
    assert app.button(key="sample-3")
