"""A tab whose model or run is renamed or deleted in another one, down to what the browser holds."""

import pytest
from kept_models import keep, keep_varied

from mnist_core.runs import store as run_store


@pytest.fixture
def mine(app, monkeypatch):
    """A model of the app's, not its newest."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    for run in run_store.all_runs():
        run_store.delete(run)
    mine = keep("mine")
    keep("newest")
    return mine


def wait_for(tab, key, name):
    """Until the list of this key shows this name."""
    tab.wait_for_function(
        "([key, name]) => document.querySelector(`.st-key-${key} input`)?.value === name",
        arg=[key, name],
    )


def wait_for_toast(tab, sentence):
    tab.get_by_test_id("stToast").get_by_text(sentence).first.wait_for()


def test_drawing_goes_on_with_a_renamed_model_and_a_deleted_one_is_said_to_be_gone(tab, app, mine):
    tab.goto(f"{app.url}/?model=mine")
    tab.locator(".st-key-others").wait_for()
    run_store.rename("mine", "yours")
    tab.locator(".st-key-clear button").click()  # reruns the board only, twice
    wait_for(tab, "model", "yours")
    assert tab.get_by_test_id("stToast").count() == 0
    run_store.delete("yours")
    keep_varied("yours")
    tab.locator(".st-key-clear button").click()
    wait_for_toast(tab, "'yours' was deleted. Instead: 'newest'.")
    wait_for(tab, "model", "newest")


def test_a_dialog_that_asks_about_a_run_does_not_delete_the_next_of_its_name(tab, app, mine):
    tab.goto(f"{app.url}/runs?run=mine")
    tab.locator(".st-key-delete button").click()
    tab.locator(".st-key-delete_for_good button").wait_for()
    run_store.delete("mine")
    new = keep("mine")
    tab.locator(".st-key-delete_for_good button").click()
    tab.get_by_text("There is no run called 'mine' here any more.").wait_for()
    assert new.exists()


def test_a_button_beside_a_run_opens_its_model_whatever_was_chosen_before(tab, app, mine):
    tab.goto(f"{app.url}/?model=classic")
    wait_for(tab, "model", "classic")
    tab.get_by_role("link", name="Runs").first.click()
    wait_for(tab, "run", "newest")
    tab.locator(".st-key-draw_on_run button").click()
    wait_for(tab, "model", "newest")
