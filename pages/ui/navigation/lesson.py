"""A lesson: a link by which a teacher gives a class a title, a question and a few controls.

    train?title=...&question=...&controls=recipe.learning_rate,recipe.epochs&recipe.epochs=3

The rest of the address is the experiment, as in every link. Controls that aren't named are hidden
and stay as the link sets them.
"""

import html
import urllib.parse
from collections.abc import Mapping

import streamlit as st

from mnist_core.config.schema import Experiment
from pages.ui.app import errors
from pages.ui.navigation import form, links
from pages.ui.state.session import Lesson, current_session

MAX_LENGTH = {"title": 80, "question": 400}  # characters
CONTROL_NAMES = [name for names in form.CONTROLS.values() for name in names]
STYLE = """
.lesson { border-left: 4px solid #2f86e0; padding: .1rem 0 .1rem .9rem; margin-bottom: .3rem;
  overflow-wrap: anywhere; }
.lesson b { font-size: 1.25rem; display: block; }
.lesson p { margin: .15rem 0 0; font-size: 1.05rem; white-space: pre-line; }
"""


def current() -> Lesson:
    """The lesson that this visitor came for; one without anything if there is none."""
    return current_session().lesson or Lesson()


def show_from_address(by_back: bool = False) -> None:
    """Take up the lesson in the page's address, if there is one, and show it.

    On every page the address holds the lesson, so that it is still there after a reload.

    Args:
        by_back: the browser's Back led here. Nothing is written then: Back would lead to the
            address as it was before, for ever.
    """
    session = current_session()
    if not {"title", "question", "controls"}.isdisjoint(st.query_params):
        lesson = read(st.query_params)
        session.lesson = lesson if lesson.query() else None
        session.experiment = session.experiment or links.read()  # the hidden controls, on any page
    if session.lesson:
        if not by_back:
            _into_address(session.lesson, session.experiment)
        _show(session.lesson)


def _into_address(lesson: Lesson, experiment: Experiment) -> None:
    wanted = lesson.query()
    if not wanted.keys() <= st.query_params.to_dict().keys():
        st.query_params.update(links.minimal_query(experiment) | wanted)


def read(query: Mapping[str, str]) -> Lesson:
    """The lesson that an address describes; a control that there isn't gets a warning."""
    title, question = (query.get(name, "")[:length] for name, length in MAX_LENGTH.items())
    if "controls" not in query:
        return Lesson(title, question, None)
    named = [name for name in query["controls"].split(",") if name and name != Lesson.NONE]
    unknown = [name for name in named if name not in CONTROL_NAMES]
    if unknown:
        name = errors.escape(repr(unknown[0][:60]))
        st.warning(f"The link names a control that there isn't: {name}. The others are shown.")
    return Lesson(title, question, tuple(name for name in named if name in CONTROL_NAMES))


def _show(lesson: Lesson) -> None:
    title = f"<b>{html.escape(lesson.title)}</b>" if lesson.title else ""
    question = f"<p>{html.escape(lesson.question)}</p>" if lesson.question else ""
    with st.container(horizontal=True, key="lesson", vertical_alignment="center"):
        st.html(f'<style>{STYLE}</style><div class="lesson">{title}{question}</div>')
        st.button("Leave the lesson", key="leave_lesson", icon=":material/close:", on_click=_leave,
                  help="Shows all controls again.")  # fmt: skip


def _leave() -> None:
    current_session().lesson = None
    for name in ("title", "question", "controls"):
        st.query_params.pop(name, None)


def make_link(experiment: Experiment) -> None:
    """For a teacher: the experiment in the form as a lesson's link. A class doesn't see it."""
    if current_session().lesson:
        return
    with st.popover("Make a lesson of this", icon=":material/co_present:", key="make_lesson"):
        st.caption(
            "A link to exactly this network and recipe. Your class sees the title and the question"
            " on every page, and only the controls you choose."
        )
        title = st.text_input("Title", max_chars=MAX_LENGTH["title"], key="lesson_title",
                              placeholder="How fast should it learn?")  # fmt: skip
        question = st.text_area("Question to the class", max_chars=MAX_LENGTH["question"],
                                key="lesson_question", height=90,
                                placeholder="Which learning rate is best, and why?")  # fmt: skip
        controls = st.multiselect(
            "Controls that the class may move", CONTROL_NAMES, key="lesson_controls",
            format_func=form.control_label, placeholder="None: it may only press Start",
        )  # fmt: skip
        lesson = Lesson(title.strip(), question.strip(), tuple(controls))
        address = urllib.parse.urlencode(links.query(experiment) | lesson.query())
        st.code(f"{_page_url()}?{address}", language=None, wrap_lines=True)


def _page_url() -> str:
    """The address of this page, without what follows the question mark."""
    return (st.context.url or "train").split("?")[0]
