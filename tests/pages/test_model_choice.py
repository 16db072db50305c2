"""The model that a page is about: the same on every page, and what becomes of one that is gone."""

import pytest
from app_pages import open_page, texts
from kept_models import keep

from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store

PAGES = ("draw", "inside", "evaluate")
SLOW = pytest.param("evaluate", marks=pytest.mark.slow)  # it tests the model
each_page = pytest.mark.parametrize("page", [*PAGES[:2], SLOW])


@pytest.fixture(autouse=True)
def small_world(loaded_models, drawn, clicks):
    """A small data set, and the models that ship loaded."""


def assert_default_is_used(app, gone):
    default = model_store.names()[0]
    sentence = f"There is no model called '{gone}' here. {default} is used instead."
    assert [toast.value for toast in app.toast] == [sentence]
    assert app.selectbox(key="model").value == default
    assert not app.exception
    assert not app.error


@each_page
def test_a_link_to_a_model_that_is_not_there_says_so_and_takes_the_default(page):
    assert_default_is_used(open_page(page, {"model": "gone"}), "gone")


@each_page
def test_a_model_that_is_deleted_between_two_reruns_gives_way_to_the_default(page):
    keep("mine")
    app = open_page(page, {"model": "mine"})
    assert app.selectbox(key="model").value == "mine"
    assert not app.toast
    run_store.delete("mine")
    assert_default_is_used(app.run(), "mine")
    assert not app.run().toast  # said once


@each_page
def test_a_model_that_is_renamed_between_two_reruns_gives_way_to_the_default(page):
    keep("mine")
    app = open_page(page, {"model": "mine"})
    run_store.rename("mine", "yours")
    assert_default_is_used(app.run(), "mine")
    assert "yours" in app.selectbox(key="model").options


@each_page
def test_a_model_that_is_deleted_while_another_page_is_open_gives_way_to_the_default(page):
    keep("mine")
    app = open_page("draw", {"model": "mine"})
    app.switch_page("pages/runs.py").run()
    run_store.delete("mine")
    assert_default_is_used(app.switch_page(f"pages/{page}.py").run(), "mine")


@pytest.mark.parametrize("page", ["draw", "inside"])
def test_a_model_that_is_deleted_while_the_page_is_made_gives_way_to_the_default(page, monkeypatch):
    keep("mine")
    app = open_page(page, {"model": "mine"})
    before, names = [model_store.names()], model_store.names
    monkeypatch.setattr(model_store, "names", lambda: before.pop() if before else names())
    run_store.delete("mine")
    assert_default_is_used(app.run(), "mine")


def test_a_model_stays_chosen_from_page_to_page():
    app = open_page("draw", {"model": "classic"})
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
        assert app.selectbox(key="model").value == "classic"


def test_a_strangers_name_for_a_model_is_not_made_markdown():
    app = open_page("draw", {"model": "![x](http://evil.example/x.png)"})
    assert "!\\[x\\](http" in texts(app).replace("\\!", "!")
