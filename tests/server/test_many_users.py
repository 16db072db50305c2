"""A real server for many users: each sees and touches only their own."""

import json
import secrets

import pytest
from app import App
from small_runs import TIMEOUT, small_experiment
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from visitor import Visitor

from mnist_core.data import loading
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.scheduler import job
from mnist_core.system import users
from pages.ui.app import identity
from pages.ui.widgets.queue import position_text

pytestmark = pytest.mark.slow

LONG = "recipe.epochs=200&recipe.train_images=5000&network.blocks.0.filters=4"
COOKIE_SECRET = "signs the cookies of those who logged in"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A server for many users that trains one run at a time, whatever the machine."""
    variables = {"MNIST_CORE_PEOPLE": "many", "MNIST_CORE_RUNS_AT_ONCE": "1"}
    app = App(tmp_path_factory.mktemp("many"), **variables)
    yield app
    app.stop()


@pytest.fixture
def open_tab(app, monkeypatch):
    """Opens a tab: of somebody new, or of the user with this secret."""
    monkeypatch.setenv("MNIST_CORE_HOME", str(app.home))
    monkeypatch.setenv("MNIST_CORE_PEOPLE", "many")
    tabs = []

    def opened(path, secret=None):
        tab = Visitor(app.url, {identity.COOKIE: secret or secrets.token_urlsafe(32)})
        tabs.append(tab.open(path))
        return tab

    yield opened
    for tab in tabs:
        tab.close()


def user_of(secret):
    return users.user_id(f"browser {secret}")


def train(secret, name):
    """Train a run of the user with this secret."""
    with users.as_user(user_of(secret)):
        job.train_run(run_store.create(small_experiment(), name))


@pytest.fixture
def ann():
    return secrets.token_urlsafe(32)


@pytest.fixture
def ben():
    return secrets.token_urlsafe(32)


def sees_anns_own(tab) -> bool:
    """Whether her run is on the page: more than what the address names and isn't there."""
    missing = (f"There is no {what} called 'anns own' here." for what in ("model", "run"))
    text = tab.text()
    for sentence in missing:
        text = text.replace(sentence, "")
    return "anns own" in text


def test_users_find_their_runs_again_and_nobody_else_sees_them(open_tab, ann, ben):
    train(ann, "anns own")
    hers = open_tab("/runs", ann)
    assert "anns own" in hers.text()
    assert "You see your own runs, and nobody else does" in hers.text()
    for path in ("/runs", "/runs?run=anns%20own", "/?model=anns%20own", "/train"):
        his = open_tab(path, ben)
        assert not sees_anns_own(his)
        assert his.failures == []


def test_who_comes_without_a_secret_is_a_new_user_each_time(app):
    first, second = (Visitor(app.url).open("/runs") for _ in range(2))
    for tab in (first, second):
        assert "Nothing has been trained here yet" in tab.text()
        tab.close()


@pytest.mark.parametrize("forged", ["", "x", "../../../../etc", "a" * 44, "é" * 43])
def test_a_cookie_that_is_no_secret_of_ours_names_nobody(open_tab, forged):
    tab = open_tab("/runs", forged or " ")
    assert tab.failures == []
    assert "Nothing has been trained here yet" in tab.text()


def test_a_page_whose_model_was_deleted_in_another_tab_says_so_and_takes_the_default(open_tab, ann):
    train(ann, "in use")
    drawing = open_tab("/?model=in%20use", ann)
    drawing.wait(lambda: drawing.has("others"), TIMEOUT)
    listed = open_tab("/runs?run=in%20use", ann)
    listed.press("delete")
    drawing.press("clear")
    drawing.wait(lambda: "'in use' was deleted." in drawing.text(), TIMEOUT)
    assert drawing.page.query != "model=in+use"
    assert drawing.failures == listed.failures == []


def test_users_take_turns_see_their_positions_and_can_cancel(app, open_tab, ann, ben):
    tabs = []
    for secret in (ann, ann, ben):  # her second one waits behind his first
        tab = open_tab(f"/train?{LONG}&data={loading.best_available()}", secret)
        tab.press("start")
        tabs.append(tab)
    training, hers, his = tabs
    training.wait(lambda: "of 200" in training.text(), TIMEOUT)
    hers.wait(lambda: position_text(2) in hers.text(), TIMEOUT)
    his.wait(lambda: position_text(1) in his.text(), TIMEOUT)
    hers.press("stop")
    hers.wait(lambda: "Stopped while it waited." in hers.text(), TIMEOUT)
    training.press("stop")
    his.wait(lambda: "of 200" in his.text(), TIMEOUT)  # his turn came by itself
    his.press("stop")
    his.wait(lambda: "Stopped in epoch" in his.text(), TIMEOUT)
    assert [tab.failures for tab in tabs] == [[], [], []]
    log = app.log()  # a line for each event, and no secret
    for secret, ended in ((ann, "stopped"), (ben, None)):
        who = f"of {user_of(secret)[:6]}"
        events = [line.partition(who)[2] for line in log.splitlines() if who in line]
        assert {" was asked for.", " begins.", " was asked to stop."} <= set(events)
        assert ended is None or any(f" ended: {ended}" in line for line in events)
        assert secret not in log
        assert user_of(secret) not in log


@pytest.fixture(scope="module")
def with_login(tmp_path_factory):
    """A server for many people that has Streamlit's own login."""
    home = tmp_path_factory.mktemp("login")
    path = home / "secrets.toml"
    path.write_text(f'[auth]\ncookie_secret = "{COOKIE_SECRET}"\nredirect_uri = "http://x/"\n')
    app = App(home, MNIST_CORE_PEOPLE="many", STREAMLIT_SECRETS_FILES=str(path))
    yield app
    app.stop()


def logged_in(app, **claims):
    """The cookies of somebody whom an identity provider vouched for, as Streamlit signs them."""
    cookie = json.dumps({"origin": app.url, "is_logged_in": True, **claims})
    name = "_streamlit_user"
    return {name: create_signed_value(COOKIE_SECRET, name, cookie).decode()}


def test_with_a_login_nobody_comes_in_without_it(with_login):
    for cookies in (
        {},
        {identity.COOKIE: secrets.token_urlsafe(32)},
        {"_streamlit_user": "forged"},
    ):
        for path in ("/", "/runs", "/train"):
            tab = Visitor(with_login.url, cookies).open(path)
            assert "Log in first: what you train here is yours alone." in tab.text()
            assert not tab.has("canvas")
            assert not tab.has("start")
            assert not tab.has("run_table")
            tab.close()


def test_a_login_finds_its_own_runs_on_every_computer_and_no_others(with_login, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_HOME", str(with_login.home))
    monkeypatch.setenv("MNIST_CORE_PEOPLE", "many")
    account = {"iss": "https://id.example", "sub": "7", "email": "ann@example.org"}
    with users.as_user(users.user_id("login https://id.example 7")):
        run_store.create(PRESETS["tiny"], "anns own").set_status("stopped")
    for claims, sees in (
        (account, True),
        (account | {"email": "ann@new.example"}, True),
        (account | {"sub": "8"}, False),
        (account | {"iss": "https://other.example"}, False),
    ):
        tab = Visitor(with_login.url, logged_in(with_login, **claims)).open("/runs?run=anns%20own")
        assert sees_anns_own(tab) == sees
        assert tab.has("log_out")
        assert "they belong to your login" in tab.text()
        assert tab.failures == []
        tab.close()


def test_a_server_that_is_set_up_wrongly_says_which_variable_is_wrong(tmp_path):
    app = App(tmp_path, MNIST_CORE_PEOPLE="everybody")
    tab = Visitor(app.url).open("/")
    (error,) = tab.error_boxes()
    tab.close()
    app.stop()
    assert "MNIST\\_CORE\\_PEOPLE must be one or many" in error or (
        "MNIST_CORE_PEOPLE must be one or many" in error
    )
