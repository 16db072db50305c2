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


@pytest.fixture
def toasts(tab):
    """A function that returns all toasts there were; each is gone after four seconds."""
    tab.add_init_script("""
        window.toasts = [];
        new MutationObserver(() => {
            for (const toast of document.querySelectorAll('[data-testid="stToast"]'))
                if (!toasts.includes(toast.innerText)) toasts.push(toast.innerText);
        }).observe(document, { childList: true, subtree: true, characterData: true });
    """)
    return lambda: tab.evaluate("toasts")


def wait_for_toast(tab, sentence):
    tab.wait_for_function(
        "sentence => toasts.some(toast => toast.includes(sentence))", arg=sentence
    )


def test_drawing_goes_on_with_a_renamed_model_and_a_deleted_one_is_said_to_be_gone(
    tab, app, mine, toasts
):
    keep_varied("next")
    keep("latest")
    tab.goto(f"{app.url}/?model=mine")
    tab.locator(".st-key-others").wait_for()
    run_store.rename("mine", "yours")
    tab.locator(".st-key-clear button").click()  # reruns the board only, twice
    wait_for(tab, "model", "yours")
    assert toasts() == []
    # One of these reruns may still come, and see each of the steps: all are to say the same
    run_store.delete("yours")
    run_store.rename("next", "yours")
    tab.locator(".st-key-clear button").click()
    wait_for_toast(tab, "'yours' was deleted. Instead: 'latest'.")
    wait_for(tab, "model", "latest")


def test_a_button_beside_a_run_opens_its_model_whatever_was_chosen_before(tab, app, mine):
    tab.goto(f"{app.url}/?model=classic")
    wait_for(tab, "model", "classic")
    tab.get_by_role("link", name="Runs").first.click()
    tab.locator(".st-key-opened h2", has_text="newest").wait_for()
    tab.locator(".st-key-draw_on_run button").click()
    wait_for(tab, "model", "newest")
