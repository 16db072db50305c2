"""A real browser keeps the secret by which a server for many people knows it again."""

import pytest

from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.system import users
from pages.ui.app import identity


@pytest.fixture
def crowd(start_app, tmp_path_factory, monkeypatch):
    """A server for many people."""
    app = start_app(tmp_path_factory.mktemp("crowd"), MNIST_CORE_PEOPLE="many")
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    monkeypatch.setenv("MNIST_CORE_PEOPLE", "many")
    return app


def cookie(context):
    return next((c for c in context.cookies() if c["name"] == identity.COOKIE), None)


def on_runs(context, app):
    """A tab on the Runs page of a browser that has its secret."""
    tab = context.new_page()
    tab.goto(f"{app.url}/runs")
    tab.get_by_text("You see your own runs").wait_for()
    tab.wait_for_function(f"document.cookie.includes('{identity.COOKIE}=')")
    return tab


def test_a_browser_is_known_again_and_two_tabs_of_it_are_one_person(browser, crowd):
    anns, bens = browser.new_context(), browser.new_context()
    tab = on_runs(anns, crowd)
    kept = cookie(anns)
    assert identity.SECRET.fullmatch(kept["value"])
    assert kept["sameSite"] == "Strict"
    with users.as_user(users.user_id(f"browser {kept['value']}")):
        run_store.create(PRESETS["tiny"], "hers").set_status("stopped")
    for again in (tab, anns.new_page()):
        again.goto(f"{crowd.url}/runs?run=hers")
        again.locator(".st-key-opened").get_by_text("hers", exact=True).wait_for()
    other = on_runs(bens, crowd)
    other.get_by_text("Nothing has been trained here yet").wait_for()
    assert cookie(bens)["value"] != kept["value"]
    assert cookie(anns)["value"] == kept["value"]
    anns.close()
    bens.close()


def test_two_tabs_that_open_at_once_agree_on_one_secret(browser, crowd):
    context = browser.new_context()
    tabs = [context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(f"{crowd.url}/runs", wait_until="commit")
    for tab in tabs:
        tab.get_by_text("Nothing has been trained here yet").wait_for()
        tab.wait_for_function(f"document.cookie.includes('{identity.COOKIE}=')")
    with users.as_user(users.user_id(f"browser {cookie(context)['value']}")):
        run_store.create(PRESETS["tiny"], "shared").set_status("stopped")
    for tab in tabs:
        tab.goto(f"{crowd.url}/runs?run=shared")
        tab.locator(".st-key-opened").get_by_text("shared", exact=True).wait_for()
    context.close()


@pytest.mark.parametrize("value", ["x", "é", "a" * 44])
def test_a_cookie_that_is_no_secret_is_replaced_and_the_page_stays(browser, crowd, value):
    context = browser.new_context()
    context.add_cookies([{"name": identity.COOKIE, "value": value, "url": crowd.url}])
    loads, tab = [], context.new_page()
    tab.on("load", lambda _: loads.append(1))
    tab.goto(f"{crowd.url}/runs")
    tab.get_by_text("You see your own runs").wait_for()
    tab.wait_for_function(f"!document.cookie.includes('{identity.COOKIE}={value};')")
    tab.wait_for_timeout(2000)
    assert len(loads) == 1
    assert identity.SECRET.fullmatch(cookie(context)["value"])
    context.close()


def test_a_secret_that_does_not_reach_the_server_has_no_page_load_for_ever(browser, crowd):
    """A cookie for one page only goes nowhere else: the tab is somebody new, and stays."""
    context, loads = browser.new_context(), []
    one_page = {"domain": "127.0.0.1", "path": "/runs"}
    context.add_cookies([{"name": identity.COOKIE, "value": "a" * 43, **one_page}])
    tab = context.new_page()
    tab.on("load", lambda _: loads.append(1))
    tab.goto(f"{crowd.url}/runs")
    tab.wait_for_function(f"document.cookie.split('{identity.COOKIE}=').length === 3")
    tab.get_by_text("You see your own runs").wait_for()
    tab.wait_for_timeout(2000)
    assert len(loads) == 2
    context.close()
