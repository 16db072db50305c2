"""The browser that is installed here, without a window."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from app import App

FLAGS = ["--no-sandbox", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
DESK = {"viewport": {"width": 1440, "height": 900}}
TIMEOUT = 120_000  # milliseconds: the built-in digits may be written, TensorFlow be loaded first


def find() -> str | None:
    """The path of the first of NAMES that there is."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def skip_or_fail(reason: str) -> None:
    """End a test that lacks what a browser test needs; with REQUIRE_BROWSER=1 it fails."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1, but {reason}", pytrace=False)
    pytest.skip(reason)


def launch(playwright):
    """A headless browser, as Playwright's object."""
    return playwright.chromium.launch(executable_path=find(), args=FLAGS)


@contextlib.contextmanager
def fresh_app(path: str = ""):
    """(app, tab): a server without runs, and the tab of its first visitor on this page."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        app = App(Path(home))
        try:
            with sync_playwright() as playwright:
                tab = launch(playwright).new_page(**DESK)
                tab.set_default_timeout(TIMEOUT)
                tab.goto(f"{app.url}/{path}")
                yield app, tab
        finally:
            app.stop()
