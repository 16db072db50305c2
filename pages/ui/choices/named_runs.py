"""Lists of runs by name: what is chosen in one stays the same run, whatever it is called later.

Streamlit, and the page's address, know an option by its words. So what each name stood for when a
list was shown is remembered: where that run has another name by now, this is chosen, and where it
was deleted, it is no more, even if another run has its name.
"""

import streamlit as st

from mnist_core.runs.run import Run
from pages.ui.app import errors
from pages.ui.state.session import current_session


def update(key: str, names: dict[str, Run], default: str) -> None:
    """Have what is chosen in the list of this key stay so; to be called before it shows `names`.

    Args:
        default: what is chosen in place of a run that was deleted.
    """
    session = current_session()
    before = session.listed.get(key, {})
    if asked := session.to_choose.pop(key, None):
        before = before | {asked.name: asked}
        st.session_state[key] = asked.name
    # A browser that doesn't know yet sends a name once more that is none any more
    session.listed[key] = before | names
    value = st.session_state.get(key)
    if value is None:
        note_reused_names(st.query_params.get_all(key), before, names)
    elif value in before and not before[value].exists():
        note_deleted(value, default)
        st.session_state[key] = default
    elif value in before and before[value].name != value:
        st.session_state[key] = before[value].name


def note_reused_names(asked: list[str], before: dict[str, Run], now: dict[str, Run]) -> None:
    """Say it where an address, by the browser's Back say, means another run than it did before."""
    for name in asked:
        run = before.get(name)
        if run is None or run == now.get(name):
            continue
        if not run.exists():
            note_deleted(name, name if name in now else "")
        else:
            other = " This is another one." if name in now else ""
            _say(f"{_quoted(name)} is called {_quoted(run.name)} now.{other}")


def choose(key: str, run: Run) -> None:
    """Have this run chosen in the list of this key once that is shown, whatever was before.

    An address that names it isn't enough on the way to another page: what was chosen there goes
    before it.
    """
    current_session().to_choose[key] = run


def open_page(page: str, key: str, run: Run) -> None:
    """Go to a page ("evaluate", say) with this run chosen in its list of this key."""
    choose(key, run)
    st.switch_page(f"pages/{page}.py", query_params={key: run.name})


def note_deleted(name: str, instead: str) -> None:
    """Say that what a page showed is gone, and what is used in its place, if anything."""
    new = "a new one of this name" if name == instead else _quoted(instead)
    _say(f"{_quoted(name)} was deleted.{f' Instead: {new}.' if instead else ''}")


def note_unknown(name: str) -> None:
    """Say that a link names what isn't here."""
    _say(f"There is no run called {_quoted(name[:60])} here.")


def _say(sentence: str) -> None:
    st.toast(sentence, icon=":material/search_off:")


def _quoted(name: str) -> str:
    return errors.escape(repr(name))
