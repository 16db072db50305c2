"""A teacher's link: a title, a question, and only the controls that the class may move."""

import urllib.parse

import pytest
from app_pages import FIRST_CONTROLS, html_bodies, open_page, texts

from mnist_core.config.paths import flatten
from mnist_core.config.schema import Experiment
from mnist_core.presets import PRESETS
from pages.ui.app import explanation
from pages.ui.navigation import form, lesson
from pages.ui.state.session import Lesson

RATES = {
    "title": "How fast should it learn?",
    "question": "Which learning rate is best?",
    "controls": "recipe.learning_rate,recipe.epochs",
    "data": "built-in",
    "network.blocks": "2",
    "network.blocks.1.filters": "48",
}


def open_train(query=None):
    return open_page("train", query)


def controls_of(app) -> set[str]:
    """The names of the form's controls on the page."""
    kinds = ("slider", "select_slider", "selectbox", "number_input", "toggle")
    keys = [str(widget.key) for kind in kinds for widget in app.get(kind)]
    parts = [key.split(".") for key in keys if key.split(".")[0] in form.PARTS]
    return {".".join(step for step in path if not step.isdecimal()) for path in parts}


def banner(app) -> str:
    return " ".join(body for body in html_bodies(app) if 'class="lesson"' in body)


def experiment_of(app) -> Experiment:
    return app.session_state["session"].experiment


def test_the_class_sees_the_title_the_question_and_only_the_named_controls():
    app = open_train(RATES)
    assert RATES["title"] in banner(app) and RATES["question"] in banner(app)
    assert controls_of(app) == {"recipe.learning_rate", "recipe.epochs"}
    assert "preset" not in [choice.key for choice in app.radio]


def test_what_is_hidden_stays_as_the_link_sets_it():
    app = open_train(RATES)
    app.select_slider(key="recipe.epochs").set_value(8).run()
    assert experiment_of(app).recipe.epochs == 8
    assert experiment_of(app).network.blocks[1].filters == 48
    assert experiment_of(app).data == "built-in"


def test_a_lesson_may_hide_all_controls():
    app = open_train(RATES | {"controls": "none"})
    assert controls_of(app) == set()
    assert app.button(key="start")


def test_without_named_controls_a_title_hides_nothing():
    app = open_train({"title": "Free play"})
    assert "Free play" in banner(app)
    assert controls_of(app) >= set(FIRST_CONTROLS)


@pytest.mark.parametrize("query", [{}, {"title": "", "question": ""}])
def test_without_a_lesson_there_is_no_banner(query):
    assert not banner(open_train(query))


def test_what_a_link_says_cannot_become_part_of_the_page():
    app = open_train({"title": "<script>x</script>", "question": "<img src=x onerror=y>"})
    assert "<script" not in banner(app)
    assert "<img" not in banner(app)


def test_a_control_that_there_is_not_is_named_and_the_others_are_shown():
    app = open_train(RATES | {"controls": "recipe.speed,recipe.epochs"})
    assert "'recipe.speed'" in app.warning[0].value
    assert controls_of(app) == {"recipe.epochs"}


@pytest.mark.parametrize("page", ["train", "data", "runs", "inside"])
def test_the_lesson_goes_along_to_any_page_and_stays_after_its_reload(page):
    app = open_train(RATES)
    app.query_params.clear()  # as the browser does on the way to another page
    app.switch_page(f"pages/{page}.py").run()
    assert RATES["question"] in banner(app)
    reloaded = open_page(page, app.query_params)
    assert RATES["question"] in banner(reloaded)
    reloaded.switch_page("pages/train.py").run()
    assert not reloaded.exception
    assert controls_of(reloaded) == {"recipe.learning_rate", "recipe.epochs"}
    assert experiment_of(reloaded).network.blocks[1].filters == 48


def test_leaving_the_lesson_shows_all_controls_again():
    app = open_train(RATES)
    app.button(key="leave_lesson").click().run()
    assert not banner(app)
    assert controls_of(app) >= set(FIRST_CONTROLS)
    assert "title" not in app.query_params
    assert experiment_of(app).network.blocks[1].filters == 48


@pytest.mark.parametrize("data", ["mnist", "built-in"])
def test_the_link_that_a_teacher_makes_opens_the_lesson(data):
    app = open_train({"data": data, "recipe.epochs": "5"})
    app.text_input(key="lesson_title").set_value("Five epochs")
    app.text_area(key="lesson_question").set_value("Is that enough & why?")
    app.multiselect(key="lesson_controls").set_value(["recipe.learning_rate"]).run()
    assert f"data={data}&" in app.code[0].value  # a class may have other data sets at hand
    opened = open_train(dict(urllib.parse.parse_qsl(app.code[0].value.split("?")[1])))
    assert "Five epochs" in banner(opened) and "Is that enough &amp; why?" in banner(opened)
    assert controls_of(opened) == {"recipe.learning_rate"}
    assert experiment_of(opened) == experiment_of(app)


@pytest.mark.parametrize(
    "wanted", [Lesson("a", "b", ("data",)), Lesson("a"), Lesson(question="b", controls=())]
)
def test_a_lesson_goes_through_a_link_and_back(wanted):
    assert lesson.read(wanted.query()) == wanted


def test_every_field_of_an_experiment_can_be_a_control():
    paths = [path.split(".") for path in flatten(PRESETS["lenet"])]
    names = {".".join(step for step in path if not step.isdecimal()) for path in paths}
    assert set(lesson.CONTROL_NAMES) == names
    assert len(lesson.CONTROL_NAMES) == len(names)


@pytest.mark.slow  # six pages
@pytest.mark.parametrize("page", explanation.EXPLANATIONS)
def test_every_page_says_what_one_is_looking_at(page, only_small_set):
    assert explanation.EXPLANATIONS[page][0] in texts(open_page(page.lower()))
