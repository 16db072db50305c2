"""What a visitor sees of the server where the program itself is at fault: nothing."""

import getpass

import pytest

FAILING_PAGE = '''
"""A page with faults of its own."""

from pathlib import Path

import streamlit as st

from pages.ui.navigation import page_entry

SECRET = "hunter2"

@st.fragment
def part():
    st.button("In a part", key="in_a_part", on_click=lambda: 0)
    if st.session_state.in_a_part:
        raise KeyError(f"{Path(__file__).resolve()} {SECRET}")

def called_back():
    raise RuntimeError(f"{Path(__file__).resolve()} {SECRET}")

page_entry.require()
st.button("Called back", on_click=called_back)
part()
if st.button("Machine"):
    Path(f"{Path(__file__).resolve()} {SECRET}").read_bytes()
st.write("It ends.")
if st.button("Page"):
    raise AssertionError(f"{Path(__file__).resolve()} {SECRET}")
'''


@pytest.fixture(scope="module")
def faulty(browser, start_copy):
    """(app, tab, what the app sent it) of the real app, whose Data page has faults here."""
    app = start_copy(data=FAILING_PAGE)
    context = browser.new_context()
    tab, sent = context.new_page(), []
    tab.on("websocket", lambda socket: socket.on("framereceived", lambda one: sent.append(one)))
    yield app, tab, sent
    context.close()


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("In a part", "has encountered an error"),
        ("Called back", "has encountered an error"),
        ("Page", "has encountered an error"),
        ("Machine", "is gone"),
    ],
)
def test_no_traceback_path_or_value_reaches_the_browser(faulty, button, said):
    app, tab, sent = faulty
    del sent[:]
    tab.goto(f"{app.url}/data")
    tab.get_by_text("It ends.").wait_for()
    tab.get_by_role("button", name=button, exact=True).click()
    tab.get_by_text(said).first.wait_for()
    frames = [frame if isinstance(frame, bytes) else frame.encode() for frame in sent]
    seen = b"".join(frames).decode("utf-8", "replace")
    assert said in seen
    # Streamlit tells the browser where the app's script is; it shows it nowhere. See SECURITY.md
    seen = tab.content() + seen.replace(str(app.place / "streamlit_app.py"), "")
    places = (str(app.place), str(app.home), "site-packages", f"/{getpass.getuser()}/")
    for secret in ("hunter2", "Traceback", "data.py", *places):
        assert secret not in seen, seen[max(0, seen.index(secret) - 300) :][:600]
    assert "hunter2" in app.log()
