"""A part of a page that is asked for as its page is left, or as the run before it ends."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from pages.ui.app import late_requests


@pytest.mark.parametrize(
    ("fragments", "asked", "open_now", "runs"),
    [(["board"], "draw", "inside", False),
     (["board"], "draw", "draw", True),
     (["board"], "draw", "", True),  # no run yet in this runner
     ([], "draw", "inside", True)],  # the way to another page
)  # fmt: skip
def test_a_part_is_run_only_while_its_page_is_open(fragments, asked, open_now, runs):
    ran = []
    context = SimpleNamespace(page_script_hash=open_now)
    runner = SimpleNamespace(_get_script_run_ctx=lambda: context, _requests=ScriptRequests())
    request = RerunData(page_script_hash=asked, fragment_id_queue=fragments)
    late_requests.unless_late(lambda runner, request: ran.append(request))(runner, request)
    assert ran == [request] * runs


def test_a_run_that_was_stopped_before_it_began_asks_for_no_page():
    manager = PagesManager("streamlit_app.py")
    context = SimpleNamespace(page_script_hash="")
    runner = SimpleNamespace(
        _requests=ScriptRequests(), _pages_manager=manager, _get_script_run_ctx=lambda: context
    )
    begin = late_requests.unless_late(
        lambda runner, request: runner._pages_manager.set_script_intent(
            request.page_script_hash, ""
        )
    )
    begin(runner, RerunData(page_script_hash="inside"))
    runner._requests.request_stop()
    begin(runner, RerunData(page_script_hash="data"))
    assert manager.intended_page_script_hash == "inside"


class Session:
    """A tab's session in the server, with a runner that has ended and has not said so yet."""

    def __init__(self):
        self.created, self.later = [], []
        self._state = AppSessionState.APP_IS_RUNNING
        self._scriptrunner = SimpleNamespace(request_rerun=lambda request: False)
        self._event_loop = SimpleNamespace(call_later=lambda _, *call: self.later.append(call))

    def look_again(self):
        """Do what was put off."""
        calls, self.later = self.later, []
        for function, *arguments in calls:
            function(*arguments)


@pytest.fixture
def session():
    session = Session()
    create = late_requests.once_ended(lambda session, request: session.created.append(request))
    create(session, "stroke")
    assert not session.created
    return session


def test_a_new_runner_is_made_once_the_last_one_has_said_all_it_had_to_say(session):
    session.look_again()
    assert not session.created
    session._scriptrunner = None
    session.look_again()
    assert session.created == ["stroke"]
    assert not session.later


def test_a_runner_that_another_request_has_made_meanwhile_takes_this_one_too(session):
    taken = []
    session._scriptrunner = SimpleNamespace(request_rerun=lambda request: not taken.append(request))
    session.look_again()
    assert taken == ["stroke"]
    assert not session.created + session.later


def test_no_runner_is_made_for_a_tab_that_was_closed_meanwhile(session):
    session._state, session._scriptrunner = AppSessionState.SHUTDOWN_REQUESTED, None
    session.look_again()
    assert not session.created + session.later


def asked(*fragments, by_clock=True) -> list[RerunData]:
    return [RerunData(fragment_id=one, is_auto_rerun=by_clock) for one in fragments]


@pytest.fixture
def clocks():
    """A session without a runner, and what makes one."""
    session = Session()
    create = late_requests.at_once(lambda session, request: session.created.append(request))
    return session, lambda request: create(session, request)


def test_what_a_pages_clocks_ask_for_at_the_same_time_is_one_run(clocks):
    session, create = clocks
    for request in asked("strip", "digits", "strip", "curves"):
        create(request)
    assert not session.created
    session.look_again()
    (request,) = session.created
    assert request.fragment_id_queue == ["strip", "digits", "curves"]
    session.look_again()
    assert len(session.created) == 1


@pytest.mark.parametrize("request_of_visitor", [*asked("board", by_clock=False), RerunData()])
def test_a_visitor_does_not_wait_for_a_clock_and_is_alone(clocks, request_of_visitor):
    session, create = clocks
    create(*asked("strip"))
    create(request_of_visitor)
    session.look_again()
    assert session.created == [request_of_visitor]


def test_a_clock_asks_again_after_a_visitor(clocks):
    session, create = clocks
    for request in asked("strip") + asked("board", by_clock=False) + asked("strip", "curves"):
        create(request)
    session.look_again()
    assert [request.fragment_id_queue for request in session.created] == [[], ["strip", "curves"]]


def test_streamlit_is_changed_once(monkeypatch):
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda runner, request: None)
    monkeypatch.setattr(AppSession, "_create_scriptrunner", lambda session, request: None)
    late_requests.mend()
    changed = ScriptRunner._run_script, AppSession._create_scriptrunner
    late_requests.mend()
    assert changed == (ScriptRunner._run_script, AppSession._create_scriptrunner)
    assert all(hasattr(method, "__wrapped__") for method in changed)


def test_streamlit_still_has_what_is_used_of_it():
    source = Path(app_session.__file__).read_text()
    for use in (
        *("self._scriptrunner.request_rerun(", "self._create_scriptrunner(rerun_data)"),
        *("self._event_loop", "self._state == AppSessionState.SHUTDOWN_REQUESTED"),
    ):
        assert use in source
    runner = Path(script_runner.__file__).read_text()
    assert "self._requests.request_stop()" in runner
    assert "self._pages_manager.set_script_intent(" in runner
