"""The Evaluate page, where MNIST is missing and the built-in set is small."""

import json
import re

import numpy as np
import pytest
import streamlit as st
from app_pages import html_bodies, image_alts, open_page, plain_text, texts

from mnist_core.data import browse
from mnist_core.evaluation import cached_predictions, metrics
from mnist_core.evaluation.perturbations import PERTURBATIONS
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from pages.ui.app import background_jobs
from pages.ui.evaluate import report, set_choice

pytestmark = pytest.mark.slow  # models read hundreds of digits

SEVEN = [[[84, 60], [196, 60], [125, 230]]]


@pytest.fixture
def visit(only_small_set, clicks):
    """A function that opens the page, as a link with these parameters does."""
    background_jobs.job_pool.clear()
    return lambda **query: open_page("evaluate", query)


@pytest.fixture(scope="module")
def labels(small_set):
    return small_set[1].labels


@pytest.fixture(scope="module")
def probabilities(small_set):
    """By model: what it answers on the small test set."""
    images = small_set[1].images
    return {name: Classifier.load(name).probabilities(images) for name in ("classic", "reader")}


@pytest.fixture(scope="module")
def predictions(probabilities):
    """What the classic takes each digit for."""
    return browse.top_predictions(probabilities["classic"])


@pytest.fixture(scope="module")
def misread(labels, probabilities):
    """By model: which images it misreads."""
    return {name: answers.argmax(axis=1) != labels for name, answers in probabilities.items()}


def gallery(app):
    """The alternative words of the pictures shown."""
    return image_alts(app, within='<div class="gallery')


def numbers(app):
    return [int(re.search(r"number ([\d,]+) of", alt)[1]) for alt in gallery(app)]


def metrics_text(app):
    """What the table of metrics says, row by row."""
    (body,) = [body for body in html_bodies(app) if '<div class="test' in body]
    return plain_text(body)


def test_an_exam_on_the_images_that_a_model_was_validated_on_is_called_peeking():
    models = list(map(model_store.find, ("classic", "reader")))
    assert report.peeked(models, "mnist") == ["classic"]
    assert report.peeked(models, "built-in") == []


def charts(app, words):
    """The specifications of the charts whose description holds these words."""
    return [
        json.loads(chart.proto.spec)
        for chart in app.get("plotly_chart")
        if words in chart.proto.alt
    ]


def choose(app, key, value):
    app.selectbox(key=key).set_value(value).run()
    assert not app.exception


def test_a_first_visitor_sees_the_reader_on_the_best_set_there_is(visit, labels, probabilities):
    app = visit()
    assert app.selectbox(key="model").value == "reader"
    known = metrics.compute_metrics(probabilities["reader"], labels)
    low, high = known.interval
    text = metrics_text(app)
    assert f"Accuracy {100 * known.accuracy:.2f} % {100 * low:.2f} to {100 * high:.2f}" in text
    assert f"Loss {known.loss:.4f}" in text
    assert f"Calibration error {100 * known.calibration_error:.2f} %" in text


def test_the_most_confidently_wrong_come_first(visit, labels, predictions):
    app = visit(model="classic")
    wrong = browse.misclassified(labels, predictions)
    assert len(wrong)  # or this test shows nothing
    assert numbers(app) == wrong[: len(numbers(app))].tolist()
    assert f"**{len(wrong)}** images that classic misreads" in texts(app)


def test_a_cell_shows_its_images_and_a_link_can_hold_it(visit, labels, predictions):
    matrix = metrics.confusion_matrix(labels, predictions.digits)
    np.fill_diagonal(matrix, 0)
    digit, read_as = divmod(int(matrix.argmax()), 10)  # the commonest mistake
    app = visit(model="classic")
    choose(app, "true", str(digit))
    choose(app, "read", str(read_as))
    assert numbers(app) == browse.misclassified(labels, predictions, digit, read_as).tolist()
    assert all(
        alt.startswith(f"A {digit},") and f"read as {read_as}, " in alt for alt in gallery(app)
    )
    linked = visit(model="classic", true=digit, read=read_as)
    assert numbers(linked) == numbers(app)
    app.button(key="all_mistakes").click().run()
    assert app.selectbox(key="true").value == app.selectbox(key="read").value == "Any"


def test_a_cell_of_the_diagonal_shows_what_was_read_right_the_least_sure_first(
    visit, labels, predictions
):
    app = visit(model="classic", true=3, read=3)
    right = browse.correctly_classified(labels, predictions, 3)
    assert numbers(app) == right[:18].tolist()
    assert f"**{len(right)}** images of 3 that classic reads right" in texts(app)


def test_an_empty_cell_says_so(visit):
    app = visit(model="reader", true=0, read=1)
    assert "No images of 0 that reader misreads as 1." in texts(app)


def test_the_matrix_is_the_one_that_counting_gives(visit, labels, probabilities):
    (chart,) = charts(visit(model="classic"), "confusion")
    counted = np.zeros((10, 10), int)
    for digit, read_as in zip(labels, probabilities["classic"].argmax(axis=1), strict=True):
        counted[digit, read_as] += 1
    shown = [int(text.replace(",", "") or 0) for text in chart["data"][1]["text"]]
    assert shown == counted.ravel().tolist()


def test_two_models_stand_side_by_side(visit, misread):
    app = visit(model="classic", beside="reader")
    only = (misread["classic"] & ~misread["reader"]).sum()
    assert f"Only **classic** misreads **{only}** of these images" in texts(app)
    more = 100 * (misread["classic"].mean() - misread["reader"].mean())
    assert f"{'+' if more > 0 else '−'}{abs(more):.2f} points" in metrics_text(app)
    assert len(charts(app, "confusion")) == 2
    (chart,) = charts(app, "calibration")
    assert {"classic", "reader"} <= {line["name"] for line in chart["data"]}


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
    app = visit(model="classic", true=4, read=9, **link)
    frames = [
        [shape for shape in chart["layout"]["shapes"] if shape["line"].get("color")]
        for chart in charts(app, "confusion")
    ]
    assert [len(shapes) == 1 for shapes in frames] == framed


@pytest.mark.parametrize(
    ("whose", "classic", "reader"),
    [("Only classic", True, False), ("Only reader", False, True), ("Both", True, True)],
)
def test_images_that_only_one_model_misreads_can_be_told_apart(
    visit, misread, whose, classic, reader
):
    app = visit(model="classic", beside="reader", whose=whose)
    expected = np.flatnonzero(
        (misread["classic"] == classic) & (misread["reader"] == reader)
    ).tolist()
    shown = set(numbers(app)) if expected else set()
    assert shown <= set(expected)
    assert len(shown) == min(24, len(expected))


def test_a_clicked_image_is_seen_on_inside(visit, clicks):
    app = visit(model="classic")
    number = numbers(app)[1]
    clicks.click(app, "cell-", 1)
    assert app.session_state["session"].model.name == "classic"
    assert app.number_input(key="number").value == number
    assert f"number {number} of the built-in test set" in texts(app)


def test_an_image_that_the_second_model_misreads_is_seen_on_inside_by_that_model(visit, clicks):
    app = visit(model="reader", beside="classic", whose="classic")
    clicks.click(app, "cell-", 1)
    assert app.selectbox(key="model").value == "classic"


def test_results_are_kept_and_a_new_server_asks_nobody(visit, monkeypatch):
    visit(model="classic")
    background_jobs.job_pool.clear()
    monkeypatch.setattr(
        cached_predictions.Classifier, "load", lambda name: pytest.fail("asked again")
    )
    assert "Accuracy" in metrics_text(visit(model="classic"))


def test_a_model_that_cannot_be_asked_leaves_a_sentence_and_the_other_models_figures(visit, home):
    run = run_store.create(PRESETS["tiny"], "broken")
    run.set_status("finished")
    (run.folder / "model.keras").write_bytes(b"no weights")
    (run.folder / "card.json").write_text("{}")
    app = visit(beside="classic")
    assert app.selectbox(key="model").value == "broken"
    assert "broken" in app.error[0].value
    assert "classic" in metrics_text(app) and "broken" not in metrics_text(app)


def test_a_network_whose_training_blew_up_says_so(visit, monkeypatch):
    class NanClassifier:
        def probabilities(self, images):
            return np.full((len(images), 10), np.nan, np.float32)

    monkeypatch.setattr(cached_predictions.Classifier, "load", lambda name: NanClassifier())
    app = visit(model="classic")
    assert app.error[0].value.startswith("classic can't be tested. The model answers ")


def test_moving_the_test_set_fills_the_curves_and_they_stay(visit, monkeypatch):
    for name, perturbation in PERTURBATIONS.items():  # quick
        amounts = perturbation.identity, perturbation.amounts[-1]
        monkeypatch.setitem(PERTURBATIONS, name, perturbation._replace(amounts=amounts))
    app = visit(model="classic")
    assert "6 more readings of 300 images" in texts(app)
    jobs = background_jobs.job_pool("robustness")
    started = []
    monkeypatch.setattr(jobs, "start", lambda *job, start=jobs.start: started.append(start(*job)))
    app.button(key="move").click().run()
    (job,) = started
    job.result()
    app.run()
    assert not app.exception
    curves = charts(app, "Accuracy of classic")
    assert len(curves) == len(PERTURBATIONS)
    assert all(len(chart["data"][0]["x"]) == 2 for chart in curves)
    assert {"move", "stop_moving"}.isdisjoint(button.key for button in app.button)
    background_jobs.job_pool.clear()
    assert "more readings" not in texts(visit(model="classic"))


def test_where_the_moved_test_set_cannot_be_read_the_page_says_why(visit, monkeypatch):
    def out_of_memory(*_):
        raise MemoryError("The process died.")

    app = visit(model="classic")
    monkeypatch.setattr("mnist_core.evaluation.robustness.measure", out_of_memory)
    jobs = background_jobs.job_pool("robustness")
    started = []
    monkeypatch.setattr(jobs, "start", lambda *job, start=jobs.start: started.append(start(*job)))
    app.button(key="move").click().run()
    with pytest.raises(MemoryError):
        started[0].result()
    app.run()
    assert [error.value.split(".")[0] for error in app.error] == ["classic was not read to the end"]
    assert app.button(key="move")


def test_every_digit_has_its_figures(visit, labels, predictions):
    table = visit(model="classic").dataframe[0].value
    known = metrics.per_class_metrics(metrics.confusion_matrix(labels, predictions.digits))
    assert table["Digit"].tolist() == list(range(10))
    for name in ("Recall", "Precision", "F1"):
        assert table[name].tolist() == pytest.approx((100 * getattr(known, name.lower())).tolist())
    assert table["Images"].tolist() == known.images.tolist()


class UploadedFile:
    """What the uploader gives."""

    name = "mine.jsonl"

    def __init__(self, content: bytes):
        self.getvalue = lambda: content


@pytest.fixture
def visit_with_file(visit, monkeypatch):
    """A function that opens the page with a file of drawings, or gives an open one another."""

    def go(content, app=None):
        monkeypatch.setattr(st, "file_uploader", lambda *_, **__: UploadedFile(content))
        return app.run() if app else visit(model="classic", exam=set_choice.STROKE_FILE)

    return go


def drawings(*digits):
    return "".join(json.dumps({"label": n, "strokes": SEVEN}) + "\n" for n in digits).encode()


def test_a_file_of_drawings_is_a_test_too_and_its_images_go_to_inside(visit_with_file, clicks):
    app = visit_with_file(drawings(7, 7, 1))
    assert "Misread 1 of 3" in metrics_text(app)
    (alt,) = gallery(app)
    assert alt.startswith("A 1, number 2 of mine.jsonl, read as 7, ")
    clicks.click(app, "cell-", 0)
    assert app.session_state["session"].sent_image.description == "A 1, number 2 of mine.jsonl"
    assert "Misread: it is a 1." in texts(app)
    assert app.segmented_control(key="look_at").value == "Sent here"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "mine.jsonl must hold a drawing a line. Received: an empty file"),
        (
            b"\xff\xfe",
            "mine.jsonl must be text in UTF-8, a drawing as JSON on each line. Received: other",
        ),
        (b"{\n", "mine.jsonl, line 1 must be JSON. Received: '{'"),
        (drawings(7) + b'{"label": 12, "strokes": [[[0, 0]]]}', "line 2: label must be"),
        (b"\n" * 20_001, "at most 20,000 drawings to be tested on here"),
    ],
)
def test_a_bad_file_gets_one_sentence(visit_with_file, content, sentence):
    (error,) = visit_with_file(content).error
    assert sentence in error.value


def test_a_bad_file_does_not_take_away_the_last_good_one(visit_with_file):
    app = visit_with_file(drawings(7, 1))
    assert "Tested on the 2 drawings of mine.jsonl." in texts(app)
    app = visit_with_file(b"{", app)
    assert "line 1 must be JSON" in texts(app)
    assert "Misread 1 of 2" in metrics_text(app)


def test_without_a_file_the_page_asks_for_one(visit):
    assert "Give a file" in texts(visit(exam=set_choice.STROKE_FILE))
