"""Hands on models: what somebody uses in a tab is not deleted or renamed in another; see `holds`.

A visit that is over lets go: when its page is left, and when its browser is gone and somebody
else would like to have the model.
"""

import contextlib
import weakref

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core import models
from pages.ui.session import Session, session

_visits: weakref.WeakValueDictionary[str, Session] = weakref.WeakValueDictionary()


def use(name: str, what_for: str) -> None:
    """Keep others from deleting a model as long as this visit uses it.

    Args:
        what_for: "model", say; one model at a time is used for it.
    """
    memory = session()
    held = memory.hands.get(what_for)
    if held is not None and held.folder == models.folder(name):
        return
    let_go(memory, what_for)
    if name in models.SHIPPED:
        return
    with contextlib.suppress(models.ModelError):  # it is gone: whoever asks it hears that
        memory.hands[what_for] = models.hold(name)
        _visits[get_script_run_ctx().session_id] = memory


def let_go(memory: Session, *uses: str) -> None:
    """Have others delete what a visit used so; all it used, if nothing is named."""
    for what_for in uses or list(memory.hands):
        held = memory.hands.pop(what_for, None)
        if held is not None:
            held.release()


def let_go_of_those_who_left() -> None:
    """Streamlit remembers a visit for a while after its browser has gone: that holds nothing."""
    for number, memory in list(_visits.items()):
        if runtime.exists() and not runtime.get_instance().is_active_session(number):
            let_go(memory)
