"""Two tabs: what becomes of the page in one when the run that it shows changes in the other."""

import pytest
from app_pages import chart_specs, choose_runs, chosen_runs, open_page, texts
from kept_runs import finished_run, training_run

from mnist_core.models import export
from mnist_core.models import store as model_store
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from pages.ui.runs import actions as run_actions

pytestmark = pytest.mark.slow

TINY = PRESETS["tiny"].with_values({"data": "built-in"})
DELETED = "'mine' was deleted."


@pytest.fixture
def mine(home):
    """A finished run, older than another one."""
    mine = finished_run(TINY, "mine", 0.11)
    finished_run(TINY, "other", 0.55)
    return mine


def replace(accuracy=0.99):
    """What another tab does: it deletes the run of that name, and a new one gets the name."""
    run_store.delete("mine")
    return finished_run(TINY, "mine", accuracy)


def toasts(app):
    return [toast.value for toast in app.toast]


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def points_drawn(app):
    return {len(line["x"]) for chart in chart_specs(app) for line in chart["data"]}


def opened(app):
    (name,) = chosen_runs(app)
    return name


def accuracy_shown(app):
    return {metric.label: metric.value for metric in app.metric}["Test accuracy"]


def test_training_curves_of_a_deleted_run_do_not_go_on_with_those_of_the_next(home):
    training_run(TINY, "mine", epochs=2).set_status("stopped")
    app = open_page("train")
    assert max(points_drawn(app)) == 8
    run_store.delete("mine")
    training_run(TINY, "mine", epochs=1).set_status("stopped")
    app.run()
    assert toasts(app) == [f"{DELETED} Instead: a new one of this name."]
    assert max(points_drawn(app)) == 4
    assert toasts(app.run()) == []  # said once


def test_the_train_page_says_that_its_run_is_gone_and_follows_another(mine):
    app = open_page("train")
    run_store.delete("other")
    app.run()
    assert toasts(app) == ["'other' was deleted. Instead: 'mine'."]
    run_store.delete("mine")
    assert toasts(app.run()) == [DELETED]
    assert "Press Start: the curves of its learning will grow here." in texts(app)


def test_the_train_page_follows_a_run_that_is_renamed(mine):
    app = open_page("train")
    assert "**other** · Finished" in texts(app)
    run_store.rename("other", "best")
    finished_run(TINY, "other")
    app.run()
    assert "**best** · Finished" in texts(app)
    assert toasts(app) == []


def test_an_open_run_that_is_deleted_is_not_taken_for_the_next_of_its_name(mine):
    app = open_page("runs", {"run": "mine"})
    assert accuracy_shown(app) == "11.00 %"
    replace()
    app.run()
    assert toasts(app) == [f"{DELETED} Instead: a new one of this name."]
    assert (opened(app), accuracy_shown(app)) == ("mine", "99.00 %")
    assert toasts(app.run()) == []


def test_an_open_run_that_is_renamed_stays_open(mine):
    app = open_page("runs", {"run": "mine"})
    run_store.rename("mine", "best")
    finished_run(TINY, "mine", 0.99)
    app.run()
    assert (opened(app), accuracy_shown(app), toasts(app)) == ("best", "11.00 %", [])
    assert app.query_params["run"] == "best"


def test_who_opens_a_run_from_a_list_that_is_out_of_date_is_told_that_it_is_gone(mine):
    app = open_page("runs", {"run": "other"})
    app.session_state["session"].chosen = [mine]  # what a click on its row leaves
    replace()
    app.run()
    assert toasts(app) == [f"{DELETED} Instead: a new one of this name."]


def test_a_compared_run_that_is_deleted_leaves_and_the_next_of_its_name_does_not_come(mine):
    finished_run(TINY, "third")
    app = open_page("runs", {"compare": ["mine", "other", "third"]})
    replace()
    app.run()
    assert chosen_runs(app) == ["other", "third"]
    assert toasts(app) == [DELETED]


def test_a_compared_run_that_is_renamed_stays(mine):
    app = open_page("runs", {"compare": ["mine", "other"]})
    run_store.rename("mine", "best")
    finished_run(TINY, "mine", 0.99)
    app.run()
    assert chosen_runs(app) == ["best", "other"]
    assert app.query_params["compare"] == ["best", "other"]
    assert toasts(app) == []


def test_a_comparison_of_the_next_run_has_nothing_of_the_deleted_one(home):
    training_run(TINY, "other")
    training_run(TINY, "mine", epochs=2).set_status("stopped")
    app = open_page("runs", {"compare": ["other", "mine"]})
    run_store.delete("mine")
    training_run(TINY, "mine", epochs=1)
    app.run()
    choose_runs(app, "other", "mine")
    assert max(points_drawn(app)) == 4


@pytest.mark.parametrize("key", ["delete", "rename"])
def test_what_is_pressed_beside_a_run_that_is_gone_is_not_done_to_the_next_of_its_name(mine, key):
    app = open_page("runs", {"run": "mine"})
    app.text_input(key=f"name of {mine.id}").set_value("renamed")
    new = replace()
    press(app, key)
    assert (new.name, new.exists()) == ("mine", True)
    assert run_store.deletions()[0].names == ("mine",)  # the one that was replaced


def test_a_variation_of_a_run_that_is_gone_has_its_settings_and_follows_no_other_in_silence(mine):
    app = open_page("runs", {"run": "mine"})
    run_store.delete("mine")
    finished_run(PRESETS["quick"], "mine")
    press(app, "open_in_train")
    assert app.session_state["session"].experiment == TINY
    settings, deleted = toasts(app)
    assert "the settings of mine" in settings
    assert deleted == f"{DELETED} Instead: a new one of this name."


def test_stop_beside_a_run_that_is_gone_does_not_stop_the_next_of_its_name(home):
    training_run(TINY, "mine")
    app = open_page("runs", {"run": "mine"})
    run_store.get("mine").set_status("stopped")
    run_store.delete("mine")
    new = training_run(TINY, "mine")
    press(app, "stop_run")
    assert not new.stop_requested()
    assert any("no run called 'mine' here any more" in toast for toast in toasts(app))


def test_a_sweep_from_a_run_that_is_gone_does_not_start_from_the_next_of_its_name(mine):
    app = open_page("runs", {"run": "mine"})
    replace()
    before = run_store.all_runs()
    press(app, "sweep_start")
    assert run_store.all_runs() == before


def test_continue_beside_a_run_that_is_gone_does_not_continue_the_next_of_its_name(home):
    finished_run(TINY, "mine")
    app = open_page("train")
    new = replace()
    press(app, "go_on")
    assert run_store.all_runs() == [new]
    assert any("no run called 'mine' here any more" in toast for toast in toasts(app))


def test_an_export_of_a_run_that_is_gone_is_not_one_of_the_next_of_its_name(mine):
    replace()
    for kind in export.FORMATS:
        with pytest.raises(model_store.ModelError, match="'mine' here any more"):
            run_actions.export_bytes("", mine, kind)
