"""A person's own test set: drawn on Data, where it is asked for, and tested on on Evaluate."""

import hands
import pytest
from app_pages import SEVEN, html_bodies, open_page, pen_path, plain_text, texts
from kept_models import adapted_model

from mnist_core.strokes import drawing_store, prompts
from pages.ui.app import background_jobs
from pages.ui.state import kept_drawing

OTHER = pen_path((150, 60), (150, 300))


@pytest.fixture
def ask(only_small_set, nothing_trains, clicks, drawn):
    """A function that opens the view, where one of each digit is asked for."""
    return lambda **query: open_page("data", {"look": "My test", "each": "1"} | query)


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def asked(app):
    """The heading: what to draw."""
    (heading,) = [m.value for m in app.markdown if m.value.startswith("## ")]
    return heading


def heading(digit):
    return f"## Draw a{'n' * (digit == 8)} {digit}"


def kept_labels():
    return [one.drawing.label for one in drawing_store.load(drawing_store.TO_TEST).drawings]


def keep_all(*labels):
    for drawing in hands.drawings(1, labels):
        drawing_store.keep(drawing.label, drawing.strokes, file=drawing_store.TO_TEST)


def test_next_keeps_the_drawing_as_the_digit_asked_for_and_asks_for_another(ask, drawn):
    app = ask()
    first = prompts.next_digit([0] * 10, [0] * 10, 1)
    assert asked(app) == heading(first)
    drawn[:] = [SEVEN]
    press(app.run(), "next")
    assert kept_labels() == [first]
    assert drawing_store.load().drawings == ()
    assert asked(app) != heading(first)
    assert "1 of 10 drawn" in [bar.proto.text for bar in app.get("progress")]


def test_the_drawing_that_the_browser_keeps_for_a_reload_is_that_of_draw(ask, monkeypatch):
    kept = []
    monkeypatch.setattr(
        kept_drawing, "_component", lambda: lambda data, **_: kept.append(data["drawing"])
    )
    ask()
    assert kept == []
    open_page("draw")
    assert kept


def test_a_stroke_that_comes_with_the_tap_on_next_is_kept_too(ask, drawn):
    app = ask()
    drawn[:] = [SEVEN, OTHER]
    press(app, "next")
    (kept,) = drawing_store.load(drawing_store.TO_TEST).drawings
    assert len(kept.drawing.strokes) == 2


def test_an_empty_canvas_is_not_kept_and_it_is_said(ask):
    app = press(ask(), "next")
    assert kept_labels() == []
    assert "first, or skip it." in texts(app)


def test_what_is_skipped_can_be_drawn_in_the_end(ask):
    app = ask()
    first = prompts.next_digit([0] * 10, [0] * 10, 1)
    press(app, "skip")
    assert asked(app) != heading(first)
    keep_all(*(digit for digit in range(10) if digit != first))
    assert asked(app.run()) == "## 1 skipped"
    press(app, "draw_skipped")
    assert asked(app) == heading(first)


def test_the_last_one_can_be_taken_back_and_is_asked_for_again(ask, drawn):
    app = ask()
    first = asked(app)
    drawn[:] = [SEVEN]
    press(app.run(), "next")
    press(app, "take_back")
    assert kept_labels() == []
    assert asked(app) == first


def test_the_drawing_on_draw_is_not_in_the_way(draw, drawn, ask):
    app = draw(SEVEN)
    drawn.clear()
    app.query_params["look"] = "My test"
    app.switch_page("pages/data.py").run()
    session = app.session_state["session"]
    assert session.canvas.paths == [SEVEN]
    assert session.prompted.canvas.paths == []


def test_a_finished_set_leads_to_evaluate(ask, clicks):
    keep_all(*range(10))
    app = ask()
    assert asked(app) == "## All 10 are drawn"
    assert app.button(key="to_evaluate")


@pytest.fixture
def evaluate(only_small_set, clicks):
    """A function that opens Evaluate on one's own test set."""
    background_jobs.job_pool.clear()
    return lambda **query: open_page("evaluate", {"exam": "My test"} | query)


def test_without_a_test_set_evaluate_says_where_to_draw_one(evaluate):
    assert "You have drawn no test set yet" in texts(evaluate())


def test_ones_own_test_set_is_a_test_with_each_digits_interval(evaluate):
    keep_all(1, 4, 7)
    app = evaluate(model="classic")
    assert "Tested on your 3 drawings, of which nothing here has learned." in texts(app)
    table = app.dataframe[0].value
    assert table["Images"].tolist() == [0, 1, 0, 0, 1, 0, 0, 1, 0, 0]
    assert table["95 % interval"][7] == "20.65 to 100.00"
    assert table["95 % interval"][0] == "–"


def test_a_model_that_learned_a_hand_is_shown_with_the_one_before_it(evaluate, home):
    adapted_model("my hand")
    keep_all(1, 7)
    app = evaluate(model="my hand")
    (table,) = [body for body in html_bodies(app) if '<div class="test' in body]
    words = plain_text(table)
    assert words.index("classic") < words.index("my hand")
    assert "classic is before, my hand after it learned" in texts(app)
