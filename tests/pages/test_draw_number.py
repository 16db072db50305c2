"""A number on the Draw page, with paths put on the canvas by the test."""

import io

import numpy as np
import pytest
import written_numbers
from app_pages import (
    SEVEN,
    decode_image,
    eraser_path,
    html_bodies,
    html_with,
    open_page,
    pen_path,
    strip_on,
)
from PIL import Image

from mnist_core.cli.parser import main
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from mnist_core.reading.result import ReadDigit, Reading
from mnist_core.strokes import files
from mnist_core.strokes.non_digits import SHAPES, parse_strokes
from mnist_core.strokes.rasterize import place, transform
from pages.ui.draw import number, number_view, preparation, saving
from pages.ui.navigation import living_network
from pages.ui.state.session import CanvasState
from pages.ui.widgets import answer, canvas

PEN = 20  # pixels of the canvas

pytestmark = pytest.mark.usefixtures("clicks")


def on_canvas(strokes, width=canvas.SIDE, size=0.85):
    """The paths of strokes that were placed in the middle of a canvas."""
    points = np.concatenate(strokes)
    extent = np.ptp(points, axis=0)
    scale = size * min(width / extent[0], canvas.SIDE / extent[1])
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    at = np.array([width, canvas.SIDE]) / 2
    placed = transform(strokes, np.eye(2) * scale, at - middle * scale)
    return [pen_path(*stroke.tolist(), width=PEN) for stroke in placed]


def written(text, **options):
    """The paths of a number, or of a single digit."""
    strokes = written_numbers.write(text, gaps=(0.3, 0.5)).strokes
    return on_canvas(strokes, **options)


def found(*paths, **state):
    """What is found on a canvas with these paths."""
    state = CanvasState(paths=list(paths), **state)
    picture = canvas.picture(state)
    return number.find(state, picture, preparation.image_of(picture, True))


def copied(app) -> list[str]:
    """What can be copied from the page."""
    return [code.value for code in app.code]


@pytest.mark.parametrize("text", ["42", "1984", "70\n35"])
def test_a_number_is_a_text_to_copy_with_a_box_and_an_image_of_each_digit(draw, text):
    app = draw(*written(text))
    digits = text.replace("\n", "")
    assert copied(app) == [text]
    assert f'data-read="{text}"' in html_with(app, "data-read")
    assert html_with(app, 'class="digits"').count("<img") == len(digits)
    assert html_with(app, 'class="boxes"').count("<i ") == len(digits)
    beside = html_with(app, 'class="beside"').split("<b>")[1].split("</b>")[0]
    assert len(beside) == len(text)
    assert app.toggle(key="why").disabled


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("size", [0.4, 0.85])
def test_a_single_digit_is_no_number(digit, size):
    assert found(*written(str(digit), size=size)) is None


def test_a_single_digit_leaves_the_page_as_it_is(draw):
    app = draw(SEVEN)
    assert not copied(app)
    assert 'data-read="7"' in html_with(app, "data-read")
    for part in ('class="digits"', 'class="boxes"'):
        assert not [body for body in html_bodies(app) if part in body]


def test_a_click_chooses_the_digit_that_bars_image_and_network_are_of(draw, clicks):
    app = draw(*written("42"))
    for part, digit in (("1", "2"), ("0", "4")):
        clicks.click(app, number_view.KEY, part)
        assert f"Digit {digit}" not in html_with(app, 'class="bars"')
        assert f'class="best">{digit}<' in html_with(app, 'class="bars"')
        image = decode_image(html_with(app, 'class="seen"').split('src="')[1])
        probabilities = Classifier.load("reader").probabilities(image[None])[0]
        assert str(probabilities.argmax()) == digit
        np.testing.assert_array_equal(decode_image(strip_on(app)["image"]), image)


def test_the_way_inside_is_that_of_the_chosen_digit(draw, clicks, monkeypatch):
    app = draw(*written("42"))
    clicks.click(app, number_view.KEY, "1")
    image = decode_image(html_with(app, 'class="seen"').split('src="')[1])
    monkeypatch.setattr(living_network, "draw", lambda strip: [-1, 0])
    app.run()
    sent = app.session_state["session"].sent_image
    np.testing.assert_array_equal(sent.image, image)
    assert (sent.description, sent.label) == ("Digit 2 of the number 42", None)
    assert app.segmented_control(key="look_at").value == "Sent here"


def test_what_is_no_digit_is_a_question_mark_and_a_sentence(draw):
    four, two = (written_numbers.write(text).strokes for text in "42")
    star = place(parse_strokes(SHAPES["star"]), 100, 0.9)
    side_by_side = [
        transform(place(strokes, 100, 0.9), np.eye(2), (110 * i, 0))
        for i, strokes in enumerate((four, star, two))
    ]
    app = draw(*on_canvas([stroke for strokes in side_by_side for stroke in strokes]))
    assert copied(app) == ["4?2"]
    assert number.ONLY_DIGITS in html_with(app, "data-read")


@pytest.mark.parametrize("letter", ["K", "M", "hash"])
def test_a_letter_of_which_one_half_looks_like_a_digit_is_no_number(letter):
    assert found(*on_canvas(parse_strokes(SHAPES[letter]))) is None


def test_a_point_and_a_minus_are_shown_as_such(draw):
    paths = on_canvas(written_numbers.write("304", gaps=(0.6, 0.6)).strokes)
    points = np.concatenate([np.array([p[1:] for p in path["path"]]) for path in paths])
    (left, top), bottom = points.min(axis=0), points[:, 1].max()
    middle = (top + bottom) / 2
    scaled = [number_path(path) for path in paths]
    dash = pen_path((10, middle), (55, middle), width=PEN)
    app = draw(dash, *scaled)
    assert copied(app) == ["-304"]
    assert '<figure class="sign">-</figure>' in html_with(app, 'class="digits"')
    assert left < 60


def number_path(path):
    """The path, smaller and farther to the right: something stands before it."""
    return path | {"path": [[c, 110 + 0.7 * x, 63 + 0.7 * y] for c, x, y in path["path"]]}


def read_of(*probabilities, text):
    """A number of which each digit is read with these probabilities of its character."""
    rows = []
    for digit, p in zip((c for c in text if c.isdigit()), probabilities, strict=True):
        row = np.full(10, (1 - p) / 9, np.float32)
        row[int(digit)] = p
        rows.append(row)
    image = np.zeros((28, 28), np.uint8)
    digits = [ReadDigit(int(row.argmax()), row, (0, 0, 9, 9), image) for row in rows]
    return number.Number(text, Reading(text, digits), np.stack(rows))


def test_what_it_is_not_sure_of_is_said_by_the_threshold_of_a_single_digit():
    assert number.words(read_of(0.99, 0.95, text="42")) == f"{answer.percent(0.95)} sure of each"
    assert number.words(read_of(0.99, 0.89, text="4.2")) == "Not sure of the 2."
    assert number.words(read_of(0.6, 0.99, 0.7, text="123")) == "Not sure of the 1 and the 3."


def test_another_network_reads_the_digits_that_the_reader_parted(draw):
    app = draw(*written("42"))
    app.button(key="other").click().run()
    assert app.selectbox(key="model").value == "classic"
    assert copied(app) == ["42"]


def test_without_mnists_rule_all_of_the_canvas_is_one_image(draw):
    app = draw(*written("42"))
    app.toggle(key="rule").set_value(False).run()
    assert not copied(app)
    image = decode_image(html_with(app, 'class="seen"').split('src="')[1])
    picture = canvas.picture(app.session_state["session"].canvas)
    np.testing.assert_array_equal(image, mnist_rule.resize_whole(picture))


def test_what_the_eraser_and_a_picture_made_is_read_as_a_number_too():
    paths = written("425")
    assert found(*paths).text == "425"
    assert found(*paths, eraser_path((3, 3), (5, 5))).text == "425"
    assert found(backdrop=canvas.render_paths(paths)).text == "425"


def test_a_wide_canvas_keeps_the_drawing_in_its_middle_and_a_square_one_again(draw, drawn):
    app = draw(*written("42"))
    state = app.session_state["session"].canvas
    before = canvas.picture(state)
    drawn.clear()
    for height, width in ((canvas.PICTURE, 2 * canvas.PICTURE), before.shape):
        app.button(key="wide").click().run()
        after = canvas.picture(state)
        assert after.shape == (height, width)
        edge = (width - canvas.PICTURE) // 2
        np.testing.assert_array_equal(after[:, edge : width - edge], before)
        assert copied(app) == ["42"]


def test_a_backdrop_stays_in_the_middle_of_a_wide_canvas(loaded_models, drawn):
    app = open_page("draw")
    app.button(key="sample-3").click().run()
    state = app.session_state["session"].canvas
    before = state.backdrop
    app.button(key="wide").click().run()
    half = canvas.PICTURE // 2
    np.testing.assert_array_equal(state.backdrop[:, half:-half], before)
    app.button(key="sample-4").click().run()
    assert state.backdrop.shape == (canvas.PICTURE, 2 * canvas.PICTURE)
    app.button(key="wide").click().run()
    assert state.backdrop.shape == before.shape


def test_a_drawing_is_saved_as_the_picture_that_is_read():
    picture = canvas.render_paths([SEVEN])
    saved = np.asarray(Image.open(io.BytesIO(saving.to_png(picture))))
    np.testing.assert_array_equal(saved, picture)


def test_a_drawing_is_saved_as_a_line_that_evaluate_reads(tmp_path, capsys):
    state = CanvasState(paths=[SEVEN])
    image = mnist_rule.to_mnist(canvas.picture(state))
    data = saving.stroke_file(saving.pen_strokes(state), Classifier.load("reader"), image)
    (drawing,) = files.parse_drawings(data, "drawing.jsonl")
    assert drawing.label == 7
    np.testing.assert_array_equal(drawing.strokes[0], [(130, 90), (290, 90), (190, 340)])
    (tmp_path / "drawing.jsonl").write_bytes(data)
    assert main(["evaluate", "--data", str(tmp_path / "drawing.jsonl")]) == 0
    assert "100" in capsys.readouterr().out


def test_there_are_files_to_save_only_of_what_can_be_saved(loaded_models, drawn):
    def keys():
        return [button.key for button in open_page("draw").get("download_button")]

    assert keys() == []
    drawn.append(SEVEN)
    assert keys() == ["save_png", "save_strokes"]
    drawn.append(eraser_path((9, 9), (99, 99)))
    assert keys() == ["save_png"]
