"""The Draw page, with paths put on the canvas by the test."""

import io
import re

import numpy as np
import pytest
from app_pages import (
    ONE,
    SEVEN,
    decode_image,
    eraser_path,
    html_bodies,
    html_with,
    pen_path,
    texts,
)
from kept_models import adapted_model
from PIL import Image

from mnist_core.data import loading
from mnist_core.prediction import Classifier
from mnist_core.preprocess import canvas_ink, mnist_rule
from mnist_core.presets import PRESETS
from pages.ui.choices import samples
from pages.ui.choices.loader import SampleLoader
from pages.ui.widgets import answer, canvas


def answer_on(app) -> str:
    """The digit or the hint on the page."""
    return html_with(app, 'class="answer"').split("answer-head")[1].split(">")[2].split("<")[0]


def image_on(app) -> np.ndarray:
    """The 28x28 image on the page."""
    return decode_image(html_with(app, 'class="seen"').split('src="')[1])


def test_an_empty_canvas_gives_a_hint_and_no_digit(draw):
    app = draw()
    assert answer_on(app) == answer.HINT
    assert not image_on(app).any()
    assert 'data-read=""' in html_with(app, 'class="answer"')
    assert not [body for body in html_bodies(app) if "classic" in body]


@pytest.mark.parametrize(("path", "digit"), [(ONE, "1"), (SEVEN, "7")])
def test_a_drawing_is_read(draw, path, digit):
    app = draw(path)
    assert answer_on(app) == digit
    assert f'data-read="{digit}"' in html_with(app, 'class="answer"')


def test_the_classic_and_the_reader_read_the_same_drawing_and_one_click_swaps_them(draw):
    app, image = draw(SEVEN), mnist_rule.to_mnist(canvas.render_paths([SEVEN]))[None]
    for shown, other in (("reader", "classic"), ("classic", "reader")):
        assert app.selectbox(key="model").value == shown
        assert answer_on(app) == str(Classifier.load(shown).probabilities(image)[0].argmax())
        beside = html_with(app, 'class="beside"')
        assert f">{Classifier.load(other).probabilities(image)[0].argmax()}</b>" in beside
        assert other in beside
        app.button(key="other").click().run()


def test_clear_gives_the_hint_back(draw, drawn):
    app = draw(ONE)
    drawn.clear()
    app.button(key="clear").click().run()
    assert answer_on(app) == answer.HINT


def test_undo_takes_only_the_last_stroke(draw, drawn):
    app = draw(ONE, pen_path((100, 350), (320, 350)))
    drawn.clear()
    app.button(key="undo").click().run()
    assert answer_on(app) == "1"
    app.button(key="undo").click().run()
    assert answer_on(app) == answer.HINT


@pytest.mark.parametrize("key", ["undo", "clear"])
def test_undo_and_clear_on_an_empty_canvas_do_nothing(draw, key):
    app = draw().button(key=key).click().run()
    assert not app.exception
    assert answer_on(app) == answer.HINT


def test_strokes_that_the_browser_sends_after_clear_are_not_taken(draw, monkeypatch):
    app = draw(ONE)
    late = [canvas.drawing_marker(1), ONE]  # the first drawing's number
    monkeypatch.setattr(canvas, "pen_paths", lambda first_paths, pen, backdrop, width: late)
    app.button(key="clear").click().run()
    assert answer_on(app) == answer.HINT


def test_without_the_rule_the_network_sees_the_whole_canvas_shrunk(draw):
    path = pen_path((60, 40), (60, 160))
    app, picture = draw(path), canvas.render_paths([path])
    assert np.array_equal(image_on(app), mnist_rule.to_mnist(picture))
    app.toggle(key="rule").set_value(False).run()
    assert np.array_equal(image_on(app), mnist_rule.resize_whole(picture))
    assert html_with(app, 'class="steps"').count("<img") == 1


def test_the_steps_show_cut_square_small_and_image(draw):
    app = draw(SEVEN)
    crop, square, small, image = map(
        decode_image, html_with(app, 'class="steps"').split('src="')[1:]
    )
    assert square.shape == (max(crop.shape),) * 2
    assert small.shape == (20, 20)
    assert np.array_equal(image, image_on(app))


def test_a_stroke_is_drawn_and_preprocessed_once(draw, monkeypatch):
    calls = []
    for module, name in ((canvas, "render_paths"), (mnist_rule, "preprocessing_steps")):
        call = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *given, call=call, name=name: calls.append(name) or call(*given)
        )
    draw(SEVEN)
    assert calls == ["render_paths", "preprocessing_steps"]


def test_a_sample_digit_reaches_the_network_as_it_is(draw):
    app, image = draw(), samples.ten_digits(loading.load("built-in").test, seed=0)[5]
    app.button(key="sample-5").click().run()
    assert np.abs(image_on(app).astype(int) - mnist_rule.to_mnist(image)).max() <= 1
    assert answer_on(app).isdecimal()


def test_one_can_draw_on_top_of_a_sample_and_undo_takes_that_last(draw, drawn):
    app = draw().button(key="sample-1").click().run()
    alone = image_on(app)
    drawn.append(pen_path((60, 380), (360, 380)))
    assert not np.array_equal(image_on(app.run()), alone)
    drawn.clear()
    app.button(key="undo").click().run()
    assert np.array_equal(image_on(app), alone)
    app.button(key="undo").click().run()  # no stroke is left: the sample goes
    assert not image_on(app).any()


def png(picture) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    return data.getvalue()


def upload(app, data):
    app.file_uploader(key="upload").upload("seven.png", data, "image/png").run()
    assert not app.exception


def test_an_uploaded_picture_of_dark_ink_on_white_is_read(draw):
    app = draw()
    upload(app, png(255 - canvas.render_paths([SEVEN])))
    assert answer_on(app) == "7"


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"no picture", "seven.png"), (png(np.full((50, 50), 255, np.uint8)), "blank")],
    ids=["another kind of file", "a blank picture"],
)
def test_an_upload_that_is_no_drawing_is_refused_in_a_sentence(draw, data, why):
    app = draw().button(key="sample-5").click().run()
    upload(app, data)
    assert why in app.error[0].value
    assert answer_on(app) == answer.REFUSED
    assert not image_on(app).any()  # nor is the last picture's answer there any more
    app.button(key="clear").click().run()
    assert not app.error
    assert answer_on(app) == answer.HINT


def test_a_drawing_is_read_before_the_digits_to_take_are_there(draw, monkeypatch):
    loader = SampleLoader()
    for module in ("loader", "samples"):
        monkeypatch.setattr(f"pages.ui.choices.{module}.sample_loader", lambda: loader)
    app = draw(SEVEN)
    assert answer_on(app) == "7"
    assert "They are being loaded." in texts(app)


def test_samples_that_become_ready_while_the_page_is_made_come_onto_it(draw, monkeypatch):
    asked = []
    monkeypatch.setattr(SampleLoader, "ready", lambda self: len(asked) > 1 or asked.append(True))
    assert draw().button(key="sample-3")


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.9999, ">99 %"), (0.0001, "<1 %"), (0.5, "50 %"), (0, "<1 %"), (1, ">99 %")],
)
def test_a_share_is_never_called_certain_or_impossible(share, text):
    assert answer.percent(share) == text


@pytest.mark.parametrize(
    ("best", "second", "words"),
    [(0.5, 0.42, "Not sure. Or 9?"), (0.8, 0.05, "Not sure.<"), (0.91, 0.01, "91 % sure")],
)
def test_only_an_unsure_network_names_its_second_guess_and_only_a_likely_one(
    monkeypatch, best, second, words
):
    shown, probabilities = [], np.full(10, 0.01)
    monkeypatch.setattr(answer.st, "html", shown.append)
    probabilities[[4, 9]] = best, second
    answer.show_answer(probabilities, mnist_rule.to_mnist(canvas.render_paths([SEVEN])))
    assert words in shown[0]


def test_what_no_digit_is_likely_for_is_none_of_the_ten_and_no_bar_is_blue(monkeypatch):
    shown, probabilities = [], np.full(10, 0.09)
    monkeypatch.setattr(answer.st, "html", shown.append)
    probabilities[6] = 0.19
    answer.show_answer(probabilities, mnist_rule.to_mnist(canvas.render_paths([SEVEN])))
    assert f">{answer.NONE}<" in shown[0]
    assert "The best guess, 6, has only 19 %." in shown[0]
    assert 'data-read=""' in shown[0]
    assert "best" not in re.sub("The best guess", "", shown[0])


def test_a_dot_is_none_of_the_ten(draw):
    app = draw(pen_path((200, 200), (202, 200)))
    assert answer_on(app) == answer.NONE
    assert answer.DOT in html_with(app, 'class="answer"')
    assert answer.NONE.lower() in html_with(app, 'class="beside"')


def test_the_page_says_how_much_ink_is_gone_and_when_the_answer_became_another(draw, drawn):
    app = draw(SEVEN)
    assert "ink is gone" not in html_with(app, 'class="answer"')
    drawn[:] = [SEVEN, eraser_path((280, 300), (280, 310), width=20)]  # beside the ink
    assert "ink is gone" not in html_with(app.run(), 'class="answer"')
    drawn[:] = [SEVEN, eraser_path((190, 340), (195, 325), width=20)]
    assert re.search(
        r"\d %? ?of the ink is gone: still 7\.", html_with(app.run(), 'class="answer"')
    )
    drawn[1] = eraser_path(*[(x, 90) for x in range(100, 250, 10)], width=60)  # the bar of the 7
    found = re.search(
        r"(\d+) % of the ink is gone\. At (\d+) % the 7 became 1\.",
        html_with(app.run(), 'class="answer"'),
    )
    assert 0 < int(found[2]) < int(found[1]) < 50
    assert answer_on(app) == "1"
    drawn.clear()
    app.button(key="undo").click().run()
    assert answer_on(app) == "7"
    assert "ink is gone" not in html_with(app, 'class="answer"')


def test_a_network_starts_to_train_with_one_click(draw, nothing_trains):
    app = draw()
    app.button(key="train_own").click().run()
    assert not app.exception
    run = app.session_state["session"].follower.run
    assert run.name == "quick"
    assert run.experiment().recipe == PRESETS["quick"].recipe


def test_each_stroke_keeps_its_own_width():
    left, right = ((90, 90), (90, 330)), ((300, 90), (300, 330))
    thin, thick = (canvas.render_paths([pen_path(*left, width=width)]) for width in (12, 60))
    both = canvas.render_paths([pen_path(*left, width=12), pen_path(*right, width=60)])
    half = canvas.PICTURE // 2
    assert np.array_equal(both[:, :half], thin[:, :half])
    assert both[:, half:].sum() == pytest.approx(thick.sum(), rel=0.02)
    assert thin.any(axis=0).sum() == pytest.approx(12 * canvas.PICTURE / canvas.SIDE, abs=2)


@pytest.mark.parametrize("shape", [(28, 28), (10, 300), (4000, 100), (1, 1)])
def test_any_picture_fits_the_canvas_in_the_middle_unstretched(shape):
    picture = canvas_ink.on_canvas(np.full(shape, 255, np.uint8))
    assert picture.shape == (canvas.PICTURE, canvas.PICTURE)
    rows, columns = (np.flatnonzero(picture.any(axis)) for axis in (1, 0))
    assert max(rows.size, columns.size) == canvas.PICTURE
    for inked in (rows, columns):
        assert abs(inked[0] - (canvas.PICTURE - 1 - inked[-1])) <= 1
    assert rows.size / columns.size == pytest.approx(shape[0] / shape[1], rel=0.15)


def test_one_tap_leads_from_a_model_that_learned_a_hand_to_the_one_before_it_and_back(draw, home):
    adapted_model("my hand")
    app = draw(SEVEN)
    app.selectbox(key="model").set_value("my hand").run()
    image = image_on(app)
    for other in ("classic", "my hand"):
        assert app.button(key="other").label == f"Read by {other}"
        app.button(key="other").click().run()
        assert not app.exception
        assert app.selectbox(key="model").value == other
        assert np.array_equal(image_on(app), image)
