"""A run that trains shows on every page: a ring with its percentage, which leads to Train."""

import pytest
from app_pages import PAGES, open_page
from kept_runs import STEPS_PER_EPOCH, finished_run, training_run

from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.system import users
from pages.ui.app import training_ring

QUICK = PRESETS["quick"].with_values({"data": "built-in"})


@pytest.fixture(autouse=True)
def small_world(loaded_models, drawn, clicks):
    """A small data set, and the models that ship loaded."""


def ring(app) -> list[str]:
    """What the ring says; of none nothing."""
    links = [link.proto.label for link in app.get("page_link")]
    return [label for label in links if label.endswith("trains")]


@pytest.mark.parametrize("page", PAGES)
def test_a_run_that_trains_shows_on_every_page(home, page):
    training_run(QUICK, "mine", epochs=1)
    assert ring(open_page(page)) == ["50 % · mine trains"]


def test_it_follows_the_run_and_is_gone_when_that_has_ended(home):
    run = training_run(QUICK, "mine", epochs=1)
    assert ring(open_page("data")) == ["50 % · mine trains"]
    steps = {"kind": "steps", "first": STEPS_PER_EPOCH + 1, "every": 2, "epoch": 2}
    run.append(steps | {"loss": [0.3], "accuracy": [0.9]})
    assert ring(open_page("data")) == ["75 % · mine trains"]
    run.set_status("finished")
    assert ring(open_page("data")) == []


def test_nothing_shows_of_runs_that_wait_or_have_ended_or_are_anothers(home):
    run_store.create(QUICK, "waits")
    finished_run(QUICK, "done")
    with users.as_user("0" * 32):
        training_run(QUICK, "theirs")
    assert ring(open_page("data")) == []


def test_only_while_a_run_trains_the_page_asks_again(home, monkeypatch):
    asked = []
    monkeypatch.setattr(training_ring.st, "fragment", lambda f, run_every=None: (
        asked.append(run_every) or f))  # fmt: skip
    open_page("data")
    assert asked[0] is None
    training_run(QUICK, "mine")
    open_page("data")
    assert training_ring.INTERVAL in asked


def test_a_continued_run_begins_with_none_of_its_own_done(home):
    parent = finished_run(QUICK, "parent")
    more = run_store.create(QUICK, "more", continues=parent)
    more.set_status("starting")
    assert ring(open_page("data")) == ["0 % · more trains"]


@pytest.mark.parametrize("page", PAGES)
def test_its_coming_gives_no_style_of_the_page_another_number(home, page):
    """Streamlit collects them in a list: an element whose style moves loses its looks for a while.

    Only at its end more may come.
    """
    before = page_styles(open_page(page))
    training_run(QUICK, "mine", epochs=1)
    assert page_styles(open_page(page))[: len(before)] == before


def page_styles(app) -> list[str]:
    """What Streamlit collects for the whole page, in its order."""
    event = app._tree.children[2]  # after what is in the page and in its side bar
    return [element.proto.body for element in event.children.values()]
