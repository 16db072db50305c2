"""The Evaluate page from the entry point, on a small built-in set."""

import html
import json
import re
import time

import numpy as np
import pytest
import streamlit as st
from app_pages import open_page, texts

from mnist_core.data import browse
from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, metrics, test_sets
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.prediction import Classifier
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from pages.ui.app import background_jobs
from pages.ui.evaluate import test_set as exam_room

pytestmark = pytest.mark.slow  # a whole app per test

SEVEN = [[[84, 60], [196, 60], [125, 230]]]


@pytest.fixture
def visit(only_small_set, clicks):
    """A function that opens the Evaluate page; MNIST is missing, the built-in set is small."""
    background_jobs.job_pool.clear()
    return lambda **query: open_page("evaluate", query)


@pytest.fixture(scope="module")
def answers(small_set):
    images = small_set[1].images
    return {name: Classifier.load(name).probabilities(images) for name in ("classic", "reader")}


def bodies(app):
    return [element.proto.body for element in app.get("html")]


def gallery(app):
    """The alternative words of the pictures shown."""
    (body,) = [b for b in bodies(app) if '<div class="gallery' in b]
    return [html.unescape(alt) for alt in re.findall(r'<img[^>]* alt="([^"]*)"', body)]


def figures(app):
    """What the table of figures says, row by row."""
    (body,) = [b for b in bodies(app) if '<div class="test' in b]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def charts(app):
    return {chart.proto.alt: json.loads(chart.proto.spec) for chart in app.get("plotly_chart")}


def choose(app, key, value):
    app.selectbox(key=key).set_value(value).run()
    assert not app.exception


def numbers(app):
    return [int(re.search(r"number ([\d,]+) of", alt).group(1)) for alt in gallery(app)]


def test_a_first_visitor_sees_the_reader_on_the_best_set_there_is(visit, small_set, answers):
    app = visit()
    assert app.selectbox(key="model").value == "reader"
    found = metrics.compute_metrics(answers["reader"], small_set[1].labels)
    low, high = found.interval
    said = figures(app)
    assert f"Accuracy {100 * found.accuracy:.2f} % {100 * low:.2f} to {100 * high:.2f}" in said
    assert f"Loss {found.loss:.4f}" in said
    assert f"Calibration error {100 * found.calibration_error:.2f} %" in said


def test_the_most_confidently_wrong_come_first(visit, small_set, answers):
    app = visit(model="classic")
    read = browse.top_predictions(answers["classic"])
    wrong = browse.misclassified(small_set[1].labels, read)
    assert len(wrong)  # or this test shows nothing
    assert numbers(app) == wrong[: len(numbers(app))].tolist()
    assert f"**{len(wrong)}** images that classic misreads" in texts(app)


def commonest(labels, read):
    matrix = metrics.confusion_matrix(labels, read.digits)
    np.fill_diagonal(matrix, 0)
    return divmod(int(matrix.argmax()), 10)


def test_a_cell_shows_its_images_and_a_link_can_hold_it(visit, small_set, answers):
    app = visit(model="classic")
    read = browse.top_predictions(answers["classic"])
    digit, taken = commonest(small_set[1].labels, read)
    choose(app, "true", str(digit))
    choose(app, "read", str(taken))
    assert numbers(app) == browse.misclassified(small_set[1].labels, read, digit, taken).tolist()
    assert all(alt.startswith(f"A {digit},") for alt in gallery(app))
    assert all(f"read as {taken}, " in alt for alt in gallery(app))
    linked = visit(model="classic", true=str(digit), read=str(taken))
    assert numbers(linked) == numbers(app)
    app.button(key="all_mistakes").click().run()
    assert app.selectbox(key="true").value == app.selectbox(key="read").value == "Any"


def test_a_cell_of_the_diagonal_shows_what_was_read_right_the_least_sure_first(
    visit, small_set, answers
):
    app = visit(model="classic", true="3", read="3")
    read = browse.top_predictions(answers["classic"])
    right = browse.correctly_classified(small_set[1].labels, read, 3)
    assert numbers(app) == right[:18].tolist()
    assert f"**{len(right)}** images of 3 that classic reads right" in texts(app)


def test_an_empty_cell_says_so(visit):
    app = visit(model="reader", true="0", read="1")
    assert "No images of 0 that reader misreads as 1." in texts(app)


def test_the_matrix_is_the_one_that_counting_gives(visit, small_set, answers):
    (spec,) = [s for alt, s in charts(visit(model="classic")).items() if "confusion" in alt]
    counted = np.zeros((10, 10), int)
    for true, read in zip(small_set[1].labels, answers["classic"].argmax(axis=1), strict=True):
        counted[true, read] += 1
    cells = spec["data"][1]
    shown = np.zeros((10, 10), int)
    for x, y, text in zip(range(100), range(100), cells["text"], strict=True):
        shown[y // 10, x % 10] = int(text.replace(",", "") or 0)
    assert (shown == counted).all()


def test_two_models_stand_side_by_side(visit, small_set, answers):
    app = visit(model="classic", beside="reader")
    labels = small_set[1].labels
    wrong = {name: found.argmax(axis=1) != labels for name, found in answers.items()}
    only = (wrong["classic"] & ~wrong["reader"]).sum()
    assert f"Only **classic** misreads **{only}** of these images" in texts(app)
    more = 100 * (wrong["classic"].mean() - wrong["reader"].mean())
    assert f"{'+' if more > 0 else '−'}{abs(more):.2f} points" in figures(app)
    kinds = [alt for alt in charts(app) if "confusion" in alt]
    assert len(kinds) == 2
    (curve,) = [s for alt, s in charts(app).items() if "calibration" in alt]
    assert {"classic", "reader"} <= {trace["name"] for trace in curve["data"]}


@pytest.mark.parametrize(
    ("link", "framed"),
    [
        ({}, [True]),
        ({"beside": "reader"}, [True, False]),
        ({"beside": "reader", "whose": "reader"}, [False, True]),
        ({"beside": "reader", "whose": "Both"}, [True, True]),
    ],
)
def test_the_cell_is_framed_in_the_matrix_whose_images_are_shown(visit, link, framed):
    app = visit(model="classic", true="4", read="9", **link)
    specs = [s for alt, s in charts(app).items() if "confusion" in alt]
    frames = [[s for s in spec["layout"]["shapes"] if s["line"].get("color")] for spec in specs]
    assert [len(found) == 1 for found in frames] == framed


@pytest.mark.parametrize("whose", ["Only classic", "Only reader", "Both"])
def test_images_that_only_one_model_misreads_can_be_told_apart(visit, small_set, answers, whose):
    app = visit(model="classic", beside="reader")
    choose(app, "whose", whose)
    wrong = {name: found.argmax(axis=1) != small_set[1].labels for name, found in answers.items()}
    expected = {
        "Only classic": wrong["classic"] & ~wrong["reader"],
        "Only reader": wrong["reader"] & ~wrong["classic"],
        "Both": wrong["classic"] & wrong["reader"],
    }[whose]
    shown = set(numbers(app)) if expected.any() else set()
    assert shown <= set(np.flatnonzero(expected).tolist())
    assert len(shown) == min(24, expected.sum())


def test_a_clicked_image_is_seen_on_inside(visit, clicks, small_set):
    app = visit(model="classic")
    first = numbers(app)[1]
    clicks.click(app, "cell-", 1)
    memory = app.session_state["session"]
    assert memory.model_name == "classic"
    assert app.number_input(key="number").value == first
    assert f"number {first} of the built-in test set" in texts(app)


def test_results_are_kept_and_a_new_server_asks_nobody(visit, monkeypatch):
    visit(model="classic")
    background_jobs.job_pool.clear()
    monkeypatch.setattr(
        cached_predictions.Classifier, "load", lambda name: pytest.fail("asked again")
    )
    assert "Accuracy" in figures(visit(model="classic"))


def test_a_model_that_cannot_be_asked_leaves_a_sentence_and_the_other_models_figures(visit, home):
    run = run_store.create(PRESETS["tiny"], "broken")
    run.set_status("finished")
    (run.folder / "model.keras").write_bytes(b"no weights")
    (run.folder / "card.json").write_text("{}")
    app = visit(beside="classic")
    assert app.selectbox(key="model").value == "broken"
    assert "broken can't be asked." in texts(app)
    assert "classic" in figures(app) and "broken" not in figures(app)


def test_a_network_whose_training_blew_up_says_so(visit, monkeypatch):
    class Spoilt:
        def probabilities(self, images):
            return np.full((len(images), 10), np.nan, np.float32)

    monkeypatch.setattr(cached_predictions.Classifier, "load", lambda name: Spoilt())
    app = visit(model="classic")
    assert "classic can't be tested." in texts(app) and "no numbers (NaN)" in texts(app)


class File:
    """What the uploader gives."""

    def __init__(self, content: bytes, name="mine.jsonl"):
        self.content, self.name = content, name

    def getvalue(self):
        return self.content


@pytest.fixture
def give(monkeypatch):
    """A function that has the uploader hold a file."""

    def hold(content):
        monkeypatch.setattr(st, "file_uploader", lambda *_, **__: File(content))

    return hold


def drawings(*labels):
    return "".join(json.dumps({"label": n, "strokes": SEVEN}) + "\n" for n in labels).encode()


def test_a_file_of_drawings_is_a_test_too_and_its_images_go_to_inside(visit, give, clicks):
    give(drawings(7, 7, 1))
    app = visit(model="classic", exam="A stroke file")
    assert "Misread 1 of 3" in figures(app)
    (alt,) = gallery(app)
    assert alt.startswith("A 1, number 2 of mine.jsonl, read as 7, ")
    clicks.click(app, "cell-", 0)
    assert app.session_state["session"].sent_image.description == "A 1, number 2 of mine.jsonl"
    assert app.segmented_control(key="look_at").value == "Sent here"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "mine.jsonl must hold a drawing a line. Received: an empty file"),
        (b"\xff\xfe", "mine.jsonl must be JSON lines in UTF-8. Received: other bytes"),
        (b"{\n", "mine.jsonl, line 1 must be JSON. Received: '{'"),
        (drawings(7) + b'{"label": 12, "strokes": [[[0, 0]]]}', "line 2: label must be"),
        (b"\n" * 20_001, "at most 20,000 drawings to be tested on here"),
    ],
)
def test_a_bad_file_gets_one_sentence(visit, give, content, said):
    give(content)
    app = visit(model="classic", exam="A stroke file")
    assert [said in error.value for error in app.error] == [True]


def test_a_bad_file_does_not_take_away_the_last_good_one(visit, give):
    give(drawings(7, 1))
    app = visit(model="classic", exam="A stroke file")
    assert "Tested on the 2 drawings of mine.jsonl." in texts(app)
    give(b"{")
    app.run()
    assert "line 1 must be JSON" in texts(app)
    assert "Misread 1 of 2" in figures(app)


def test_without_a_file_the_page_asks_for_one(visit):
    assert "Give a file" in texts(visit(exam=exam_room.STROKE_FILE))


def test_moving_the_test_set_fills_the_curves_and_they_stay(visit, monkeypatch):
    for name, move in PERTURBATIONS.items():  # quick
        monkeypatch.setitem(
            PERTURBATIONS, name, move._replace(amounts=(move.identity, move.amounts[-1]))
        )
    app = visit(model="classic")
    assert "6 more readings of 300 images" in texts(app)
    app.button(key="move").click().run()
    for _ in range(100):
        app.run()
        assert not app.exception
        if "stop_moving" not in {button.key for button in app.button}:
            break
        time.sleep(0.2)
    curves = [s for alt, s in charts(app).items() if alt.startswith("Accuracy of classic")]
    assert len(curves) == len(PERTURBATIONS)
    assert all(len(spec["data"][0]["x"]) == 2 for spec in curves)
    assert "move" not in {button.key for button in app.button}
    background_jobs.job_pool.clear()
    assert "more readings" not in texts(visit(model="classic"))


def test_every_digit_has_its_figures(visit, small_set, answers):
    app = visit(model="classic")
    table = app.dataframe[0].value
    matrix = metrics.confusion_matrix(small_set[1].labels, answers["classic"].argmax(axis=1))
    found = metrics.per_class_metrics(matrix)
    assert table["Digit"].tolist() == list(range(10))
    for name in ("Recall", "Precision", "F1"):
        assert table[name].tolist() == pytest.approx((100 * getattr(found, name.lower())).tolist())
    assert table["Images"].tolist() == found.images.tolist()


def test_the_exam_of_a_set_is_the_sets_own(small_set):
    digits = Digits(small_set[1].images, small_set[1].labels)
    assert (
        test_sets.make_test_set(digits).fingerprint
        == test_sets.make_test_set(Digits(*map(np.copy, digits))).fingerprint
    )
