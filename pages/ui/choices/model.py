"""Which model a page is about: one choice, the same from page to page."""

import contextlib
import time

import streamlit as st

from mnist_core.models import index
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED, WAITING, Run
from pages.ui.app import errors
from pages.ui.choices import named_runs
from pages.ui.state.session import Session

HELP = (
    "reader: learned from MNIST and from what 219 people wrote with a pen. classic: LeNet, as"
    " textbooks train it, on MNIST alone. The others are networks trained here."
)
MOST_LISTED = 300
OTHERS = f" Here are the {MOST_LISTED} newest; those before are opened from Runs."

JUST_TRAINED = 30 * 60  # seconds since a run was asked for in which its network is the first choice


def choose(session: Session, label: str = "Read by", width="stretch") -> Run:
    """One of all models; it stays chosen from page to page, and its name is in the address."""
    default = default_name()
    names = {default: None} | index.models()  # in the list, too, it is the first
    known = session.listed.get("model", {})
    named_runs.update("model", names, default)
    asked = {st.session_state.get("model"), st.query_params.get("model")} - {None}
    if not asked and session.model:  # on another page before
        asked, known = {session.model.name}, {}
        if session.model in names.values():
            set_model(session.model.name)
        elif not session.model.exists():
            named_runs.note_deleted(session.model.name, default)
            asked = set()
    elif session.default_model != default and session.model and asked == {session.model.name}:
        set_model(session.model.name)  # or else a new network would be chosen without a word
    session.default_model = default
    for name in asked - names.keys() - known.keys():
        _note_unknown(name, default)
        st.session_state.pop("model", None)
    listed = _listed(list(names), st.session_state.get("model") or st.query_params.get("model"))
    help_text = HELP + (OTHERS if len(listed) < len(names) else "")
    session.model = names[
        st.selectbox(label, listed, key="model", bind="query-params", help=help_text, width=width)
    ]
    return session.model


def _listed(names: list[str], chosen: str | None) -> list[str]:
    """The names that a browser is sent at each stroke, in their order."""
    kept = {chosen, *model_store.SHIPPED}
    return [name for place, name in enumerate(names) if place < MOST_LISTED or name in kept]


def default_name() -> str:
    """The reader; or, for who comes from training it, the newest network."""
    newest = next((one for one in index.summaries() if one.has_model), None)
    is_new = newest and time.time() - newest.created < JUST_TRAINED
    return newest.name if is_new else model_store.READER


def training_note(model: Run) -> None:
    """Says of a model that still trains by which weights it reads; of any other nothing."""
    state = model.state if model.name not in model_store.SHIPPED else ""
    if state not in WAITING + ACTIVE:
        return
    epoch = ""
    with contextlib.suppress(ValueError, OSError, IndexError):  # the page says what can't be read
        epoch = f", epoch {model_store.card(model)['curves'][-1]['epoch']:,}"
    name = errors.escape(model.name)
    st.caption(f"{name} is still training. This is its last full epoch{epoch}.")


def _note_unknown(name: str, default: str) -> None:
    shown = errors.escape(repr(name[:60]))
    sentence = f"There is no model called {shown} here."
    with contextlib.suppress(ValueError):  # none of that name
        if run_store.get(name).state not in ENDED:
            sentence = f"{shown} has no full epoch yet: there is nothing to read with."
    st.toast(f"{sentence} {errors.escape(default)} is used instead.", icon=":material/search_off:")


def set_model(name: str) -> None:
    """Choose a model; from a callback, or before the choice is on the page."""
    st.session_state["model"] = name


def show_error(model: Run, error: Exception) -> None:
    """Why this model can't be asked; if it is gone, another run of the page says so."""
    if not model.has_model():  # somebody deleted it just now
        st.rerun()
    errors.show(error)
