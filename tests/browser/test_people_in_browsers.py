"""A real browser keeps the secret by which a server for many people knows it again."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.system import users
from pages.ui.app import identity

COOKIE = identity.COOKIE


@pytest.fixture(scope="module")
def shared_app(start_app, tmp_path_factory):
    """A server for many people."""
    return start_app(tmp_path_factory.mktemp("shared"), MNIST_CORE_PEOPLE="many")


@pytest.fixture
def server(shared_app, monkeypatch):
    """That server, whose runs this test can make and look up."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(shared_app.home))
    monkeypatch.setenv("MNIST_CORE_PEOPLE", "many")
    return shared_app


@pytest.fixture
def contexts(browser):
    """Makes browsers of different people; closes them afterwards."""
    made = []

    def new():
        made.append(browser.new_context())
        return made[-1]

    yield new
    for context in made:
        context.close()


def cookie(context):
    """The secret cookie of a browser."""
    return next(entry for entry in context.cookies() if entry["name"] == COOKIE)


def create_run(secret, name):
    """A stopped run of the browser that has this secret."""
    with users.as_user(users.user_id(f"browser {secret}")):
        run_store.create(PRESETS["tiny"], name).set_status("stopped")


def wait_for_secret(tab):
    tab.wait_for_function(f"document.cookie.includes('{COOKIE}=')")


def wait_for_run(tab, server, name):
    """Open a run of one's own by its name."""
    tab.goto(f"{server.url}/runs?run={name}")
    tab.locator(".st-key-opened").get_by_text(name, exact=True).wait_for()


def open_runs(context, server):
    """A tab on the Runs page of a browser that has its secret."""
    tab = context.new_page()
    tab.goto(f"{server.url}/runs")
    tab.get_by_text("You see your own runs").wait_for()
    wait_for_secret(tab)
    return tab


def count_loads(tab, server, arrived):
    """Open the Runs page: how often it has loaded once it has arrived and two more have run."""
    loads, sockets = [], []
    tab.on("load", lambda _: loads.append(1))
    tab.on("websocket", lambda socket: sockets.append(socket))
    tab.goto(f"{server.url}/runs")
    tab.wait_for_function(arrived)
    tab.get_by_text("You see your own runs").wait_for()
    for name in ("Data", "Draw"):  # each run of a page runs the script that may load it anew
        with sockets[-1].expect_event("framereceived", lambda frame: is_end_of_run(frame)):
            tab.get_by_role("link", name=name, exact=True).first.click()
    return len(loads)


def is_end_of_run(frame) -> bool:
    return ForwardMsg.FromString(frame).WhichOneof("type") == "script_finished"


def test_a_browser_is_known_again_and_two_tabs_of_it_are_one_person(contexts, server):
    anns, bens = contexts(), contexts()
    tab = open_runs(anns, server)
    kept = cookie(anns)
    assert identity.SECRET.fullmatch(kept["value"])
    assert kept["sameSite"] == "Strict"
    create_run(kept["value"], "hers")
    for again in (tab, anns.new_page()):
        wait_for_run(again, server, "hers")
    open_runs(bens, server).get_by_text("Nothing has been trained here yet").wait_for()
    assert cookie(bens)["value"] != kept["value"]
    assert cookie(anns)["value"] == kept["value"]


def test_two_tabs_that_open_at_once_agree_on_one_secret(contexts, server):
    context = contexts()
    tabs = [context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(f"{server.url}/runs", wait_until="commit")
    for tab in tabs:
        tab.get_by_text("Nothing has been trained here yet").wait_for()
        wait_for_secret(tab)
    create_run(cookie(context)["value"], "shared")
    for tab in tabs:
        wait_for_run(tab, server, "shared")


@pytest.mark.parametrize("value", ["x", "é", "a" * 44])
def test_a_cookie_that_is_no_secret_is_replaced_and_the_page_stays(contexts, server, value):
    context = contexts()
    context.add_cookies([{"name": COOKIE, "value": value, "url": server.url}])
    replaced = f"!`${{document.cookie}};`.includes('{COOKIE}={value};')"
    assert count_loads(context.new_page(), server, replaced) == 1
    assert identity.SECRET.fullmatch(cookie(context)["value"])


def test_a_secret_that_does_not_reach_the_server_has_no_page_load_for_ever(contexts, server):
    """A cookie for one page only goes nowhere else: the tab is somebody new, and stays."""
    context = contexts()
    one_page = {"domain": "127.0.0.1", "path": "/runs"}
    context.add_cookies([{"name": COOKIE, "value": "a" * 43, **one_page}])
    both = f"document.cookie.split('{COOKIE}=').length === 3"
    assert count_loads(context.new_page(), server, both) == 2
