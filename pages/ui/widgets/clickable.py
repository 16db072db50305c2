"""HTML whose parts can be clicked: what was clicked, and where on it."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

# Elements with a `data-click` are the parts. Those that are images say where they were clicked;
# by a key, that is their middle.
_JS = """
export default function ({ data, parentElement, setTriggerValue }) {
    const place = parentElement.querySelector('.clickable');
    if (place.shown === data.html) return;
    place.shown = data.html;
    const focused = place.contains(document.activeElement) && document.activeElement.dataset.click;
    place.innerHTML = data.html;
    const parts = [...place.querySelectorAll('[data-click]')];
    for (const part of parts) {
        part.tabIndex = 0;
        part.setAttribute('role', 'button');
        const send = (x, y) => {
            setTriggerValue('clicked', [part.dataset.click, x, y]);
            if (data.leads_to && !part.hasAttribute('aria-expanded'))
                document.querySelector(`.st-key-${data.leads_to}`)?.scrollIntoView(
                    { block: 'nearest', behavior: 'smooth' });
        };
        part.onclick = event => {
            const box = part.getBoundingClientRect();
            send((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
        };
        part.onkeydown = event => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            event.preventDefault();
            send(0.5, 0.5);
        };
    }
    parts.find(part => part.dataset.click === focused)?.focus();
}
"""


class Click(NamedTuple):
    """One click."""

    part: str  # its `data-click`
    x: float  # from its left, 0 to 1
    y: float  # from its top, 0 to 1


@functools.cache
def _component():
    """Late, because a component can't be made outside a running app."""
    return st.components.v2.component(
        "clickable_html", html='<div class="clickable"></div>', js=_JS, isolate_styles=False
    )


def show(
    html: str, key: str, on_click: Callable[[Click], None] = lambda click: None, leads_to: str = ""
) -> Click | None:
    """Put the HTML on the page; the click that this rerun is about, if it was on this HTML.

    A test without a browser replaces this function.

    Args:
        html: of ours; what people or files gave must be escaped in it.
        on_click: called before the rerun that a click brings about.
        leads_to: key of a container that a click brings into sight; not one that unfolds a part,
            which has `aria-expanded`.
    """

    def on_change():
        clicked = st.session_state[key].clicked
        if clicked:
            on_click(Click(*clicked))

    data = {"html": html, "leads_to": leads_to}
    clicked = _component()(data=data, key=key, on_clicked_change=on_change).clicked
    return Click(*clicked) if clicked else None
