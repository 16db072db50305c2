"""Which user a visit belongs to, on a server for many.

By Streamlit's own login where one is configured ([auth] in secrets.toml), else by an unguessable
secret that the browser keeps in a cookie. The library gets a hash of it only; see `system.users`.
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

# Two tabs that open at once each get a secret; the second tab takes the first one's by reloading.
# It reloads once, and only for a cookie that can be a secret: else it would go on for ever.
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
    """Made late, because a component can't be made outside a running app."""
    return st.components.v2.component("person_cookie", html="<i hidden></i>", js=_JS)


def identify() -> None:
    """Find out which user this visit is of, or ask for a login and stop the page."""
    if settings.PEOPLE.value() == settings.ONE_USER:
        return
    users.set_user_resolver(_resolve_user)
    account = st.user.to_dict()
    if account.get("is_logged_in") is False:
        _ask_to_log_in()
        st.stop()
    state = current_session()
    if account.get("is_logged_in"):
        state.user_id = users.user_id(f"login {_account_id(account)}")
    elif not state.user_id:
        cookie = st.context.cookies.get(COOKIE, "")
        state.secret = cookie if SECRET.fullmatch(cookie) else secrets.token_urlsafe(SECRET_BYTES)
        state.user_id = users.user_id(f"browser {state.secret}")
    if state.secret:
        _set_cookie(state.secret)


def _resolve_user() -> str | None:
    """The user of the visit that this thread works for, if it works for one."""
    return current_session().user_id if get_script_run_ctx(suppress_warning=True) else None


def _account_id(account: Mapping) -> str:
    """What identifies an account: its provider, and its subject there; else its e-mail address."""
    if account.get("sub"):
        return f"{account.get('iss', '')} {account['sub']}"
    return str(account["email"])


def _set_cookie(secret) -> None:
    """Have the browser keep it; at each visit, so that it lasts a year from the last one."""
    data = {
        "name": COOKIE,
        "secret": secret,
        "seconds": COOKIE_SECONDS,
        "secrets": f"^{SECRET.pattern}$",
    }
    result = _component()(data=data, key="person", on_refused_change=lambda: None)
    if result.refused:
        st.toast(COOKIE_REFUSED, icon=":material/cookie_off:", duration="long")


def _ask_to_log_in() -> None:
    st.markdown("# Draw a digit, see it read\nLog in first: what you train here is yours alone.")
    auth = st.secrets.get("auth", {})
    providers = [name for name, value in auth.items() if isinstance(value, Mapping)]
    for provider in providers or [None]:
        label = f"Log in with {provider}" if provider else "Log in"
        st.button(label, type="primary", on_click=st.login, args=(provider,) if provider else ())


def ownership_note() -> None:
    """Say whose runs a page shows, on a server for many users."""
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
