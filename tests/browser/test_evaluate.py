"""Evaluate in a real browser: click a cell, see the right images; click an image, see it inside."""

import re

import pytest
from kept_models import keep_made_up_predictions

from mnist_core.data import browse, loading
from mnist_core.evaluation import metrics
from mnist_core.prediction import Classifier

MODEL = "classic"
SHAPES = "document.querySelector('.st-key-confusion_0 .js-plotly-plot').layout.shapes.length"
SAID = {"mnist": "MNIST", "built-in": "Built-in"}


@pytest.fixture(scope="module")
def known():
    """(name of the set, labels, readings): the library's own word on it."""
    name = loading.best_available()
    digits = loading.load(name).test
    return (
        name,
        digits.labels,
        browse.top_predictions(Classifier.load(MODEL).probabilities(digits.images)),
    )


@pytest.fixture
def beside(app, known, monkeypatch):
    """The name of a second model with kept predictions: by itself it takes a minute for them."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    keep_made_up_predictions("reader", loading.load(known[0]).test)
    return "reader"


def commonest(known):
    """The cell with the most mistakes."""
    _, labels, read = known
    matrix = metrics.confusion_matrix(labels, read.digits)
    matrix[range(10), range(10)] = 0
    return divmod(int(matrix.argmax()), 10)


@pytest.fixture
def evaluate(tab, app, known):
    """The page, open on the classic and the best set there is."""
    tab.goto(f"{app.url}/evaluate?model={MODEL}&exam={SAID[known[0]]}")
    tab.locator(".gallery figure").first.wait_for()
    tab.locator(".st-key-confusion_0 .nsewdrag").wait_for(state="attached")
    return tab


def click_cell(page, row, column):
    """Click the middle of a cell of the first matrix."""
    plot = page.locator(".st-key-confusion_0 .nsewdrag")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    x, y = (box[side] + box[size] * (at + 0.5) / 10
            for side, size, at in (("x", "width", column), ("y", "height", row)))  # fmt: skip
    page.mouse.move(x - 4, y)
    page.mouse.move(x, y, steps=3)
    page.mouse.click(x, y)


def alts(page):
    return page.locator(".gallery img").evaluate_all("all => all.map(i => i.alt)")


def numbers(page):
    return [int(re.search(r"number ([\d,]+) of", alt)[1].replace(",", "")) for alt in alts(page)]


def assert_shown(page, expected):
    """These images and no others, once those shown before are gone."""
    count = "n => document.querySelectorAll('.gallery img').length == n"
    page.wait_for_function(count, arg=len(expected))
    assert numbers(page) == expected


def test_a_clicked_cell_shows_its_images_and_a_clicked_image_is_seen_inside(evaluate, known):
    _, labels, read = known
    digit, taken = commonest(known)
    click_cell(evaluate, digit, taken)
    evaluate.get_by_text(f"of {digit} that {MODEL} misreads as {taken}").wait_for()
    expected = browse.misclassified(labels, read, digit, taken)[:18].tolist()
    assert_shown(evaluate, expected)
    assert all(f"A {digit}, " in alt and f"read as {taken}, " in alt for alt in alts(evaluate))
    assert f"true={digit}" in evaluate.url and f"read={taken}" in evaluate.url

    second = expected[min(1, len(expected) - 1)]
    evaluate.locator(f".gallery img[alt*='number {second:,} of']").click()
    evaluate.wait_for_url(re.compile("/inside"))
    evaluate.get_by_text(f"A {digit}, number {second:,} of").first.wait_for()


def test_a_cell_can_be_chosen_without_a_mouse(evaluate, known):
    _, labels, read = known
    digit, taken = commonest(known)
    for key, value in (("true", digit), ("read", taken)):
        box = evaluate.locator(f".st-key-{key} input")
        box.focus()
        evaluate.keyboard.type(str(value))
        evaluate.keyboard.press("Enter")
        evaluate.wait_for_function("([k, v]) => location.search.includes(`${k}=${v}`)",
                                   arg=[key, value])  # fmt: skip
    evaluate.get_by_text(f"of {digit} that {MODEL} misreads as {taken}").wait_for()
    assert_shown(evaluate, browse.misclassified(labels, read, digit, taken)[:18].tolist())


def test_the_same_cell_can_be_clicked_again_after_all_mistakes(evaluate, known):
    digit, taken = commonest(known)
    unframed = evaluate.evaluate(SHAPES)
    for _ in range(2):
        click_cell(evaluate, digit, taken)
        evaluate.get_by_text(f"of {digit} that {MODEL} misreads as {taken}").wait_for()
        evaluate.locator(".st-key-all_mistakes button").click()
        evaluate.locator(".st-key-all_mistakes").wait_for(state="detached")
        evaluate.wait_for_function(f"{SHAPES} == {unframed}")


def test_a_phone_has_no_sideways_scroll(phone_tab, app, known, beside):
    phone_tab.goto(f"{app.url}/evaluate?model={MODEL}&beside={beside}&exam={SAID[known[0]]}")
    phone_tab.locator(".gallery figure").first.wait_for()
    phone_tab.locator(".st-key-move").wait_for()
    phone_tab.get_by_text(re.compile(r"98\.00")).first.wait_for()  # of the kept predictions
    wide = phone_tab.locator("[data-testid=stMain]").evaluate("m => m.scrollWidth - m.clientWidth")
    assert wide <= 0
