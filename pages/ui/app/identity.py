"""Whose visit this is, on a server for many people.

By Streamlit's own login where one is configured ([auth] in secrets.toml), else by an unguessable
secret that the browser keeps in a cookie. The library only hears a hash of it; see `people`.
"""

import functools
import re
import secrets
from collections.abc import Mapping

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnist_core.system import settings, users
from pages.ui.state.session import current_session

COOKIE = "mnist_core_person"
SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
SECRET_BYTES = 32
COOKIE_SECONDS = 365 * 24 * 3600  # seconds
COOKIE_REFUSED = (
    "Your browser keeps no cookie for this page, so it won't know you again: what you train here"
    " is found only until you close or reload this tab."
)

# Two tabs that open at once each get a secret: the second one takes the first one's by coming anew.
# Once, and only for what can be a secret: for a cookie that doesn't count here it would never end.
_JS = """
export default function ({ data, setTriggerValue }) {
    const kept = () => document.cookie.split('; ').find(part => part.startsWith(data.name + '='));
    const before = kept()?.slice(data.name.length + 1);
    if (before) {
        if (before === data.secret) {
            sessionStorage.removeItem(data.name);
        } else if (new RegExp(data.secrets).test(before) && !sessionStorage.getItem(data.name)) {
            sessionStorage.setItem(data.name, 'came anew');
            location.reload();
            return;
        }
    }
    const safe = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie =
        `${data.name}=${data.secret}; Path=/; Max-Age=${data.seconds}; SameSite=Strict${safe}`;
    if (!kept()) setTriggerValue('refused', true);
}
"""


@functools.cache
def _component():
    """Late, because a component can't be made outside a running app."""
    return st.components.v2.component("person_cookie", html="<i hidden></i>", js=_JS)


def identify() -> None:
    """Find out whose visit this is, or ask; a page that is shown afterwards is theirs."""
    if settings.PEOPLE.value() == settings.ONE_USER:
        return
    users.set_user_resolver(_resolve_user)
    known = st.user.to_dict()
    if known.get("is_logged_in") is False:
        _ask_to_log_in()
        st.stop()
    memory = current_session()
    if known.get("is_logged_in"):
        memory.user_id = users.user_id(f"login {_account_id(known)}")
    elif not memory.user_id:
        kept = st.context.cookies.get(COOKIE, "")
        memory.secret = kept if SECRET.fullmatch(kept) else secrets.token_urlsafe(SECRET_BYTES)
        memory.user_id = users.user_id(f"browser {memory.secret}")
    if memory.secret:
        _set_cookie(memory.secret)


def _resolve_user() -> str | None:
    """The person of the visit that this thread works for, if it works for one."""
    return current_session().user_id if get_script_run_ctx(suppress_warning=True) else None


def _account_id(known: Mapping) -> str:
    """What tells one account from all others: who vouches for it, and its number there."""
    if known.get("sub"):
        return f"{known.get('iss', '')} {known['sub']}"
    return str(known["email"])


def _set_cookie(secret) -> None:
    """Have the browser keep it; each time, so that it stays a year from the last visit."""
    data = {
        "name": COOKIE,
        "secret": secret,
        "seconds": COOKIE_SECONDS,
        "secrets": f"^{SECRET.pattern}$",
    }
    found = _component()(data=data, key="person", on_refused_change=lambda: None)
    if found.refused:
        st.toast(COOKIE_REFUSED, icon=":material/cookie_off:", duration="long")


def _ask_to_log_in() -> None:
    st.markdown("### Draw a digit, see it read\nLog in first: what you train here is yours alone.")
    given = st.secrets.get("auth", {})
    providers = [name for name, value in given.items() if isinstance(value, Mapping)]
    for provider in providers or [None]:
        words = f"Log in with {provider}" if provider else "Log in"
        st.button(words, type="primary", on_click=st.login, args=(provider,) if provider else ())


def ownership_note() -> None:
    """Whose runs a page shows, on a server for many people."""
    if settings.PEOPLE.value() == settings.ONE_USER:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if current_session().secret:
            st.caption(
                "You see your own runs, and nobody else does: this browser keeps the key to them."
                " In another browser, or once its cookies are deleted, you begin anew; export what"
                " you want to take along."
            )
        else:
            st.caption("You see your own runs, and nobody else does: they belong to your login.")
            st.button("Log out", on_click=st.logout, key="log_out")
