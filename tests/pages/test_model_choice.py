"""The model that a page is about: the same on every page, and what becomes of one that is gone."""

import json

import pytest
from app_pages import choose_runs, open_page, texts
from kept_models import SMALL, keep, keep_varied
from kept_runs import training_run

from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs import store as run_store
from pages.ui.choices import model

pytestmark = pytest.mark.slow  # models are made, and read

PAGES = ("draw", "inside", "evaluate")
each_page = pytest.mark.parametrize("page", PAGES)


@pytest.fixture(autouse=True)
def small_world(loaded_models, drawn, clicks):
    """A small data set, and the models that ship loaded."""


def assert_default_is_used(app, sentence):
    default = model_store.names()[0]
    assert [toast.value for toast in app.toast] == [sentence.format(default=default)]
    assert app.selectbox(key="model").value == default
    assert not app.exception
    assert not app.error


def replace_mine():
    """What another tab does: it deletes the model, and makes another of the same name."""
    run_store.delete("mine")
    return keep_varied("mine")


@each_page
def test_a_link_to_a_model_that_is_not_there_says_so_and_takes_the_default(page):
    app = open_page(page, {"model": "gone"})
    assert_default_is_used(app, "There is no model called 'gone' here. {default} is used instead.")


def test_a_visit_begins_with_the_reader_unless_a_network_was_trained_just_now(monkeypatch):
    assert open_page("draw").selectbox(key="model").value == "reader"
    keep("mine")
    assert open_page("draw").selectbox(key="model").value == "mine"
    monkeypatch.setattr(model, "JUST_TRAINED", 0)
    choice = open_page("draw").selectbox(key="model")
    assert choice.value == choice.options[0] == "reader"


def test_of_very_many_models_the_newest_are_listed_and_the_one_that_is_chosen(monkeypatch):
    monkeypatch.setattr(model, "JUST_TRAINED", 0)
    monkeypatch.setattr(model, "MOST_LISTED", 2)
    for number in range(4):
        keep(f"mine {number}")
    choice = open_page("draw", {"model": "mine 1"}).selectbox(key="model")
    assert choice.options == ["reader", "mine 3", "mine 1", "classic"]
    assert choice.value == "mine 1"
    assert choice.help.endswith(model.OTHERS)


@each_page
def test_a_model_that_is_deleted_between_two_reruns_gives_way_to_the_default(page):
    keep("mine")
    app = open_page(page, {"model": "mine"})
    assert app.selectbox(key="model").value == "mine"
    assert not app.toast
    run_store.delete("mine")
    assert_default_is_used(app.run(), "'mine' was deleted. Instead: '{default}'.")
    assert not app.run().toast  # said once


@each_page
def test_a_model_that_is_deleted_is_not_taken_for_the_next_of_its_name(page):
    keep("mine")
    app = open_page(page, {"model": "mine"})
    new = replace_mine()
    assert_default_is_used(app.run(), "'mine' was deleted. Instead: a new one of this name.")
    assert app.session_state["session"].model == new
    assert not app.run().toast


@each_page
def test_a_model_that_is_renamed_between_two_reruns_stays_chosen(page):
    mine = keep("mine")
    app = open_page(page, {"model": "mine"})
    run_store.rename("mine", "yours")
    keep_varied("mine")
    app.run()
    assert app.selectbox(key="model").value == app.query_params["model"] == "yours"
    assert app.session_state["session"].model == mine
    assert not app.toast


@each_page
def test_a_model_that_is_deleted_while_another_page_is_open_gives_way_to_the_default(page):
    keep("mine")
    app = open_page("draw", {"model": "mine"})
    app.switch_page("pages/runs.py").run()
    new = replace_mine()
    app.switch_page(f"pages/{page}.py").run()
    assert_default_is_used(app, "'mine' was deleted. Instead: a new one of this name.")
    assert app.session_state["session"].model == new


@each_page
def test_a_model_that_is_renamed_while_another_page_is_open_stays_chosen(page):
    mine = keep("mine")
    app = open_page("draw", {"model": "mine"})
    app.switch_page("pages/runs.py").run()
    run_store.rename("mine", "yours")
    keep_varied("mine")
    app.switch_page(f"pages/{page}.py").run()
    assert app.selectbox(key="model").value == "yours"
    assert app.session_state["session"].model == mine
    assert not app.toast


@pytest.mark.parametrize("page", ["draw", "inside"])
def test_a_model_that_is_deleted_while_the_page_is_made_gives_way_to_the_default(page, monkeypatch):
    keep("mine")
    app = open_page(page, {"model": "mine"})
    load = Classifier.load

    def delete_just_before(model):
        if getattr(model, "name", model) == "mine":
            run_store.delete("mine")
        return load(model)

    monkeypatch.setattr(Classifier, "load", delete_just_before)
    assert_default_is_used(app.run(), "'mine' was deleted. Instead: '{default}'.")


@pytest.mark.parametrize("key", ["draw_on_run", "test_draw_on_run", "inside_draw_on_run"])
def test_a_button_beside_a_model_that_is_gone_does_not_open_the_next_of_its_name(key):
    keep("mine")
    app = open_page("runs", {"run": "mine"})
    replace_mine()
    app.button(key=key).click().run()
    assert_default_is_used(app, "'mine' was deleted. Instead: a new one of this name.")


@pytest.mark.parametrize("key", ["draw_on_run", "test_draw_on_run", "inside_draw_on_run"])
def test_a_button_beside_a_new_model_opens_it_without_a_word_on_the_one_before(key):
    keep("mine")
    app = open_page("draw", {"model": "mine"})
    app.switch_page("pages/runs.py").run()
    new = replace_mine()
    choose_runs(app, "mine")
    app.button(key=key).click().run()
    assert not app.toast
    assert app.session_state["session"].model == new


@pytest.mark.parametrize("key", ["draw_on_run", "test_draw_on_run", "inside_draw_on_run"])
def test_a_button_beside_a_model_opens_it_whatever_was_chosen_before(key):
    mine = keep("mine")
    app = open_page("draw", {"model": "classic"})
    app.switch_page("pages/runs.py").run()
    choose_runs(app, "mine")
    app.button(key=key).click().run()
    assert app.session_state["session"].model == mine


@pytest.mark.parametrize(
    ("page", "key", "query", "default"),
    [("evaluate", "beside", {"model": "classic", "beside": "mine"}, "Nobody"),
     ("data", "by", {"mistakes": "true", "by": "mine"}, "mine")],
)  # fmt: skip
def test_a_second_choice_of_a_model_follows_it_too(page, key, query, default):
    keep("mine")
    app = open_page(page, query)
    run_store.rename("mine", "yours")
    assert app.run().selectbox(key=key).value == "yours"
    assert not app.toast
    run_store.delete("yours")
    keep_varied("mine")
    assert app.run().selectbox(key=key).value == default
    assert [toast.value for toast in app.toast] == [f"'yours' was deleted. Instead: '{default}'."]


def test_a_model_stays_chosen_from_page_to_page():
    app = open_page("draw", {"model": "classic"})
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
        assert app.selectbox(key="model").value == "classic"


def test_a_strangers_name_for_a_model_is_not_made_markdown():
    app = open_page("draw", {"model": "![x](http://evil.example/x.png)"})
    assert "!\\[x\\](http" in texts(app).replace("\\!", "!")


@pytest.fixture
def learning():
    """A run that still trains, with the weights of its first epoch."""
    run = keep("learning")
    run.set_status("training")
    card = json.loads((run.folder / "card.json").read_bytes())
    card["curves"] = [{"epoch": 3, "step": 9, "loss": 1.0, "accuracy": 0.5}]
    (run.folder / "card.json").write_text(json.dumps(card))
    keep("newest")
    return run


@pytest.mark.parametrize("key", ["draw_on_run", "test_draw_on_run", "inside_draw_on_run"])
def test_a_run_that_still_trains_is_opened_by_its_last_full_epoch_and_says_so(learning, key):
    app = open_page("runs", {"run": "learning"})
    app.button(key=key).click().run()
    assert app.session_state["session"].model == learning
    assert "learning is still training. This is its last full epoch, epoch 3." in texts(app)
    learning.set_status("finished")
    assert "still training" not in texts(app.run())


def test_a_run_without_a_full_epoch_is_not_offered_and_a_link_to_it_says_why(home):
    training_run(SMALL, "begun", epochs=0)
    app = open_page("runs", {"run": "begun"})
    for key in ("draw_on_run", "test_draw_on_run", "inside_draw_on_run"):
        assert app.button(key=key).disabled
        assert app.button(key=key).help.startswith("It has no full epoch yet")
    said = (
        "'begun' has no full epoch yet: there is nothing to read with. {default} is used instead."
    )
    assert_default_is_used(open_page("draw", {"model": "begun"}), said)
