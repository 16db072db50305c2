"""Faults of Streamlit in requests that overtake each other; no setting changes them.

The runs of one tab share which page is wanted. A run that was stopped before it began would begin
all the same, and have the run that took its place show the page that was just left: it is left out.

A stroke reruns a part of a page, a fragment. Asked for just before the browser hears that another
page was opened, that run waits for the new page to be made, and then has the browser take that one
for the old: Streamlit shows a blank page, or nothing at all any more. Such a request is dropped.

Asked for just as the run before has ended, Streamlit starts a new runner and ignores what the old
one still has to say: the answer to a stroke gets lost if a clock of the page asks then. Such a
request waits until all of that has been sent.

Of several fragments that a page's clock reruns at the same time, the first gets a run of its own
and the others one more. A browser draws its page anew for each run, which a training lacks the time
for: such requests are put together.
"""

import dataclasses
import functools
import weakref

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType

TOGETHER = 0.3  # seconds that the first of a page's clocks waits for the others
PAUSE = 0.002  # seconds; a runner that has ended says so to its session within a few milliseconds


def mend() -> None:
    """Have Streamlit do so, in this process; a second call changes nothing."""
    if not hasattr(ScriptRunner._run_script, "__wrapped__"):
        ScriptRunner._run_script = unless_late(ScriptRunner._run_script)
        AppSession._create_scriptrunner = at_once(once_ended(AppSession._create_scriptrunner))


def unless_late(run_script):
    """A runner's method that runs the script for a request, unless its time has passed."""

    @functools.wraps(run_script)
    def run(runner: ScriptRunner, request: RerunData) -> None:
        if runner._requests._state == ScriptRequestType.STOP:
            return
        page = runner._get_script_run_ctx().page_script_hash  # empty before the first run
        if request.fragment_id_queue and page and request.page_script_hash != page:
            return
        run_script(runner, request)

    return run


def once_ended(create_scriptrunner):
    """A session's method that makes a runner for a request, once the last one has said it all."""

    @functools.wraps(create_scriptrunner)
    def create(session: AppSession, request: RerunData) -> None:
        runner = session._scriptrunner
        if session._state == AppSessionState.SHUTDOWN_REQUESTED:
            return
        if runner is None:
            create_scriptrunner(session, request)
        elif not runner.request_rerun(request):  # unless another request has begun a new one
            session._event_loop.call_later(PAUSE, create, session, request)

    return create


def at_once(create_scriptrunner):
    """A session's method that makes a runner for a request; clocks wait for each other."""
    waiting: weakref.WeakKeyDictionary[AppSession, list[RerunData]] = weakref.WeakKeyDictionary()

    def start(session: AppSession) -> None:
        requests = waiting.pop(session, None)
        if requests is None:
            return
        queue = list(dict.fromkeys(request.fragment_id for request in requests))
        merged = dataclasses.replace(requests[-1], fragment_id=None, fragment_id_queue=queue)
        create_scriptrunner(session, merged)

    @functools.wraps(create_scriptrunner)
    def create(session: AppSession, request: RerunData) -> None:
        if not request.is_auto_rerun:  # a visitor's; clocks, that know an older page, ask again
            waiting.pop(session, None)
            create_scriptrunner(session, request)
        elif session in waiting:
            waiting[session].append(request)
        else:
            waiting[session] = [request]
            session._event_loop.call_later(TOGETHER, start, session)

    return create
