"""The Runs page in a real browser: see a run, name it, take its script home, delete it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.data import loading

ROOT = Path(__file__).parents[2]
TITLE = "[class*=st-key-opened] h4"
FEW = ["recipe.train_images=300", "recipe.epochs=1", "recipe.validation=none"]


@pytest.fixture
def small(app):
    """A real run called "small", trained on a few images, in the home of the app."""
    command = [sys.executable, "-m", "mnist_core", "train", "--preset", "tiny", "--name", "small"]
    for change in [*FEW, f"data={loading.best_available()}"]:
        command += ["--set", change]
    env = os.environ | {"MNIST_CORE_HOME": str(app.home)}
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
    return app.home / "runs" / "small"


def wait_for_title(tab, name):
    tab.locator(TITLE, has_text=re.compile(f"^{re.escape(name)}$")).wait_for()


def test_a_run_can_be_renamed_exported_and_deleted(small, page, app):
    page.goto(f"{app.url}/runs?run=small")
    wait_for_title(page, "small")

    page.locator("[class*=st-key-rename] button").first.click()
    page.get_by_label("New name").fill("better")
    page.get_by_label("New name").press("Enter")
    wait_for_title(page, "better")
    renamed = small.with_name("better")
    assert renamed.is_dir() and not small.exists()

    page.locator(".st-key-export button").first.click()
    with page.expect_download() as download:
        page.locator(".st-key-export_script button").first.click()
    assert download.value.suggested_filename == "train_better.py"
    script = Path(download.value.path()).read_text()
    compile(script, "train_better.py", "exec")
    assert "keras.Sequential" in script

    page.keyboard.press("Escape")
    page.locator(".st-key-delete button").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator(TITLE, has_text="better").wait_for(state="detached")
    assert not renamed.exists()


def test_a_click_on_a_row_opens_that_run(small, page, app):
    page.goto(f"{app.url}/runs")
    page.locator(TITLE).wait_for()
    rows = page.locator(
        "[data-testid=stDataFrame] tbody tr"
    )  # the table's twin for a screen reader
    rows.first.wait_for(state="attached")
    row = min(rows.count(), 8) - 1
    name = rows.nth(row).locator("td").first.text_content()
    page.locator("[data-testid=stDataFrame]").click(position={"x": 120, "y": 36 + 35 * row + 17})
    wait_for_title(page, name)
