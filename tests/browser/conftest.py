"""The real app on a port of its own, and a real browser to look at it with."""

import os
import shutil
from pathlib import Path

import pytest
from app import ROOT, App

REQUIRED = os.environ.get("REQUIRE_BROWSER") == "1"
FLAGS = ["--no-sandbox", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


def _missing(reason):
    if REQUIRED:
        pytest.fail(f"REQUIRE_BROWSER=1, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        _missing(f"no browser is installed; looked for {', '.join(NAMES)}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed: pip install playwright")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def start_app():
    """Starts an app in a home, of the program in another place if need be; ends it afterwards."""
    started = []

    def start(*arguments, **variables):
        started.append(App(*arguments, **variables))
        return started[-1]

    yield start
    for app in started:
        app.stop()


@pytest.fixture(scope="session")
def start_copy(start_app, tmp_path_factory):
    """Starts an app of a copy of the program, with other source for some of its pages."""

    def start(**sources):
        copy = tmp_path_factory.mktemp("program")
        for part in ("mnist_core", "pages", ".streamlit"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "streamlit_app.py", copy)
        for page, source in sources.items():
            (copy / "pages" / f"{page}.py").write_text(source)
        return start_app(tmp_path_factory.mktemp("home"), copy)

    return start


@pytest.fixture
def fresh_app(tmp_path):
    """An app that nobody has visited yet."""
    app = App(tmp_path)
    yield app
    app.stop()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """One app for all tests; each visits it with a tab of its own."""
    app = App(tmp_path_factory.mktemp("home"))
    yield app
    app.stop()


@pytest.fixture
def page(browser, app):
    """A new visitor's tab on a desk, on the first page."""
    yield from _visit(browser, app, viewport={"width": 1440, "height": 900})


@pytest.fixture
def phone(browser, app):
    """A new visitor's tab on a phone, on the first page."""
    yield from _visit(browser, app, **PHONE)


def _visit(browser, app, **kind):
    context = browser.new_context(**kind)
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    tab.goto(app.url)
    tab.locator("canvas.upper-canvas").wait_for()
    yield tab
    context.close()
