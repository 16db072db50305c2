"""Fixtures for browsers: the real app on a port of its own, and tabs to look at it with.

`tests/conftest.py` makes them known to all tests; a test outside of `browser/` that takes them is
to be marked `browser`.
"""

import shutil
import urllib.parse

import chromium
import pen
import pytest
from app import ROOT, App
from train_page import forget_all

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    if chromium.find() is None:
        chromium.skip_or_fail(f"no browser is installed; looked for {', '.join(chromium.NAMES)}")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium.skip_or_fail("playwright is not installed: pip install playwright")
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def start_app():
    """Starts an app in a home, of the program in another folder if need be; ends it afterwards."""
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


@pytest.fixture(scope="session")
def app(start_app, tmp_path_factory):
    """One app for all tests of a worker; each visits it with a tab of its own."""
    return start_app(tmp_path_factory.mktemp("home"))


@pytest.fixture
def fresh_app(tmp_path):
    """An app that nobody has visited yet."""
    app = App(tmp_path)
    yield app
    app.stop()


@pytest.fixture
def tab(browser):
    """A new visitor's empty tab on a desk."""
    yield from _open_tab(browser, chromium.DESK)


@pytest.fixture
def train(tab, app):
    """A function that opens the Train page, as a link with these settings does; no runs yet."""

    def go(settings=None):
        tab.goto(f"{app.url}/train?{urllib.parse.urlencode(settings or {})}")
        tab.locator(".st-key-start button").wait_for()
        return tab

    forget_all(app)
    yield go
    forget_all(app)


@pytest.fixture
def phone_tab(browser):
    """A new visitor's empty tab on a phone."""
    yield from _open_tab(browser, PHONE)


@pytest.fixture
def page(tab, app):
    """A new visitor's tab on a desk, on the first page."""
    return _visit(tab, app)


@pytest.fixture
def phone(phone_tab, app):
    """A new visitor's tab on a phone, on the first page."""
    return _visit(phone_tab, app)


def _open_tab(browser, device):
    context = browser.new_context(**device)
    tab = context.new_page()
    tab.set_default_timeout(chromium.TIMEOUT)
    yield tab
    context.close()


def _visit(tab, app):
    tab.goto(app.url)
    pen.wait_for_canvas(tab)
    return tab
