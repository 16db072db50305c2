"""A teacher's link: a title, a question, and only the controls that the class may move."""

import dataclasses
import urllib.parse

import pytest
from app_pages import open_page

from mnist_core.config.schema import Augmentation, ConvBlock, DenseLayer, Experiment, Recipe
from pages.ui.app import explanation
from pages.ui.navigation import form, lesson, links
from pages.ui.state.session import Lesson

pytestmark = pytest.mark.slow  # a whole app per test

FIRST_FIVE = {
    "network.blocks",
    "network.dense",
    "recipe.optimizer",
    "recipe.learning_rate",
    "recipe.epochs",
}
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
    return " ".join(h.proto.body for h in app.get("html") if 'class="lesson"' in h.proto.body)


def test_the_class_sees_the_title_the_question_and_only_the_named_controls():
    app = open_train(RATES)
    assert RATES["title"] in banner(app)
    assert RATES["question"] in banner(app)
    assert controls_of(app) == {"recipe.learning_rate", "recipe.epochs"}
    assert "preset" not in [box.key for box in app.selectbox]
    assert not app.exception


def test_what_is_hidden_stays_as_the_link_sets_it():
    app = open_train(RATES)
    app.select_slider(key="recipe.epochs").set_value(8).run()
    found = app.session_state["session"].experiment
    assert found.recipe.epochs == 8
    assert found.network.blocks[1].filters == 48
    assert found.data == "built-in"


def test_a_lesson_may_hide_all_controls():
    app = open_train(RATES | {"controls": "none"})
    assert controls_of(app) == set()
    assert app.button(key="start")


def test_without_named_controls_a_title_hides_nothing():
    app = open_train({"title": "Free play"})
    assert "Free play" in banner(app)
    assert controls_of(app) >= FIRST_FIVE


def test_without_a_lesson_there_is_no_banner():
    assert not banner(open_train())


def test_what_a_link_says_cannot_become_part_of_the_page():
    app = open_train({"title": "<script>x</script>", "question": "<img src=x onerror=y>"})
    assert "<script" not in banner(app)
    assert "<img" not in banner(app)


def test_a_control_that_there_is_not_is_named_and_the_others_are_shown():
    app = open_train(RATES | {"controls": "recipe.speed,recipe.epochs"})
    assert "'recipe.speed'" in app.warning[0].value
    assert controls_of(app) == {"recipe.epochs"}


def test_the_lesson_goes_along_to_other_pages():
    app = open_train(RATES)
    app.switch_page("pages/runs.py").run()
    assert RATES["question"] in banner(app)


@pytest.mark.parametrize("page", ["train", "data", "runs", "inside"])
def test_a_reload_of_any_page_is_still_the_same_lesson(page):
    app = open_train(RATES)
    app.query_params.clear()  # as the browser does on the way to another page
    app.switch_page(f"pages/{page}.py").run()
    reloaded = open_page(page, app.query_params)
    assert RATES["question"] in banner(reloaded)
    reloaded.switch_page("pages/train.py").run()
    assert controls_of(reloaded) == {"recipe.learning_rate", "recipe.epochs"}
    assert reloaded.session_state["session"].experiment.network.blocks[1].filters == 48
    assert not reloaded.exception


def test_a_lesson_of_nothing_is_none():
    assert not banner(open_train({"title": "", "question": ""}))


def test_leaving_the_lesson_shows_all_controls_again():
    app = open_train(RATES)
    app.button(key="leave_lesson").click().run()
    assert not banner(app)
    assert controls_of(app) >= FIRST_FIVE
    assert "title" not in app.query_params
    assert app.session_state["session"].experiment.network.blocks[1].filters == 48


def test_the_link_that_a_teacher_makes_opens_the_lesson():
    app = open_train({"data": "built-in", "recipe.epochs": "5"})
    app.text_input(key="lesson_title").set_value("Five epochs").run()
    app.text_area(key="lesson_question").set_value("Is that enough & why?").run()
    app.multiselect(key="lesson_controls").set_value(["recipe.learning_rate"]).run()
    made = urllib.parse.parse_qsl(urllib.parse.urlsplit(app.code[0].value).query)
    opened = open_train(dict(made))
    assert "Five epochs" in banner(opened)
    assert "Is that enough &amp; why?" in banner(opened)
    assert controls_of(opened) == {"recipe.learning_rate"}
    wanted = app.session_state["session"].experiment
    assert opened.session_state["session"].experiment == wanted


@pytest.mark.parametrize(
    "wanted", [Lesson("a", "b", ("data",)), Lesson("a"), Lesson(question="b", controls=())]
)
def test_a_lesson_goes_through_a_link_and_back(wanted):
    assert lesson.read(wanted.query()) == wanted


def test_every_field_of_an_experiment_can_be_a_control():
    kinds = {"network.blocks": ConvBlock, "network.dense": DenseLayer, "recipe": Recipe}
    kinds |= {"recipe.augmentation": Augmentation}
    wanted = {"network.blocks", "network.dense", "network.head", "data"}
    for path, kind in kinds.items():
        wanted |= {f"{path}.{field.name}" for field in dataclasses.fields(kind)}
    assert set(lesson.CONTROL_NAMES) == wanted - {"recipe.augmentation"}
    assert len(lesson.CONTROL_NAMES) == len(set(lesson.CONTROL_NAMES))
    assert links.query(Experiment())["data"] == "mnist"


@pytest.mark.parametrize("page", explanation.EXPLANATIONS)
def test_every_page_says_what_one_is_looking_at(page, only_small_set):
    app = open_train()
    app.switch_page(f"pages/{page.lower()}.py").run()
    assert not app.exception
    shown = " ".join(entry.value for entry in app.markdown)
    assert explanation.EXPLANATIONS[page][0] in shown
