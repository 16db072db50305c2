"""The Runs page in a real browser: see a run, name it, take its script home, delete it."""

import re
from pathlib import Path

import pytest
from small_runs import small_experiment

from mnist_core.runs import store as run_store
from mnist_core.scheduler import job

TITLE = "[class*=st-key-opened] h4"


@pytest.fixture
def app_home(app, monkeypatch):
    """The home of the app, for what this test does to it."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    return app.home


def wait_for_title(tab, name):
    tab.locator(TITLE, has_text=re.compile(f"^{re.escape(name)}$")).wait_for()


def test_a_run_can_be_renamed_exported_and_deleted(app_home, tab, app):
    job.train_run(run_store.create(small_experiment(), "small"))
    tab.goto(f"{app.url}/runs?run=small")
    wait_for_title(tab, "small")

    tab.locator("[class*=st-key-rename] button").first.click()
    tab.get_by_label("New name").fill("better")
    tab.get_by_label("New name").press("Enter")
    wait_for_title(tab, "better")
    names = {run.name for run in run_store.all_runs()}
    assert "better" in names and "small" not in names

    tab.locator(".st-key-export button").first.click()
    with tab.expect_download() as download:
        tab.locator(".st-key-export_script button").first.click()
    assert download.value.suggested_filename == "train_better.py"
    script = Path(download.value.path()).read_text()
    compile(script, "train_better.py", "exec")
    assert "keras.Sequential" in script

    tab.keyboard.press("Escape")
    tab.locator(".st-key-delete button").click()
    tab.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    tab.get_by_role("dialog").wait_for(state="detached")
    tab.locator(TITLE, has_text="better").wait_for(state="detached")
    assert "better" not in {run.name for run in run_store.all_runs()}


def test_a_click_on_a_row_opens_that_run(app_home, tab, app):
    run_store.create(small_experiment(), "small").set_status("finished")
    tab.goto(f"{app.url}/runs")
    tab.locator(TITLE).wait_for()
    # The table's twin for a screen reader
    rows = tab.locator("[data-testid=stDataFrame] tbody tr")
    rows.first.wait_for(state="attached")
    row = min(rows.count(), 8) - 1
    name = rows.nth(row).locator("td").first.text_content()
    tab.locator("[data-testid=stDataFrame]").click(position={"x": 120, "y": 36 + 35 * row + 17})
    wait_for_title(tab, name)
