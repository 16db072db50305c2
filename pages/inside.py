"""Look inside a network: what each of its layers makes of a digit, and why it reads it so."""

import numpy as np
import streamlit as st

from mnist_core.interpret import activations
from mnist_core.models import store as model_store
from pages.ui.app import errors, explanation
from pages.ui.choices import data_set
from pages.ui.choices import model as model_choice
from pages.ui.choices.loader import load_in_background, model_loader
from pages.ui.inside import arithmetic as arithmetic_view
from pages.ui.inside import feature_maps, one_value
from pages.ui.inside import nearest as nearest_view
from pages.ui.inside import smallest_flip as flip_view
from pages.ui.inside import source as inside_source
from pages.ui.inside import views as inside_views
from pages.ui.navigation import inside_link, page_entry
from pages.ui.state.session import session
from pages.ui.widgets import answer, canvas, gallery, view_picker

VIEWS = {
    "Layers": inside_views.layers,
    "Filters": inside_views.filters,
    "Which ink spoke": inside_views.ink,
    inside_link.LOGIT_WEIGHTS: inside_views.logit_weights,
    "Look-alikes": nearest_view.show,
    "What would change its mind": flip_view.show,
}
STYLE = """
@media (max-width: 640px) { .stColumn:has(.st-key-one_value) { order: -1; } }
@media (min-width: 641px) {
    .answer { flex-direction: row; align-items: center; gap: 1.5rem; }
    .answer-head { width: 7.5rem; flex: none; min-height: 0; justify-content: center; }
    .answer-digit { font-size: 8rem; }
    .answer-hint { font-size: 1.4rem; }
    .bars i { height: .85rem; }
    /* the sums stay in sight beside many layers */
    .stColumn:has(.st-key-one_value) { align-self: stretch; }
    .stColumn:has(.st-key-one_value) > .stVerticalBlock {
        position: sticky; top: 4.5rem; max-height: calc(100vh - 5rem); overflow-y: auto; }
}
"""
SECOND_LOOK = "On Draw it looks a second time, half a pixel away. This is its first look."
EMPTY = "Draw a digit, or take one: its way through the network appears here."


@st.fragment
@errors.guard
def board(names: list[str]):
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    memory = session()
    row = st.container(horizontal=True, gap="large")
    left, middle, right = (row.container(width=width) for width in (340, 420, 400))
    with left:
        source = inside_source.choose(memory)
    with middle:
        inspector, steps = answered(model_choice.choose(memory, names), source.image)
    with right:
        inside_source.show(source, memory)
    if inspector is not None:
        look(inspector, source.image, steps)


def taken_apart(name: str) -> activations.Inspector | None:
    """The model, ready to be looked into; None if it isn't yet.

    Raises:
        ValueError: it can't be; says why.
    """
    return activations.load(name) if model_loader().classifier(name) is not None else None


def answered(
    name: str, image
) -> tuple[activations.Inspector | None, list[activations.LayerActivation]]:
    """What the network reads, as on Draw; the network, if it can be taken apart, at work on it."""
    steps = []
    try:
        inspector = taken_apart(name)
    except (ValueError, OSError) as fault:
        if name not in model_store.names():  # somebody deleted it just now
            st.rerun()
        errors.show(fault)
        return None, steps
    with st.container(key="answer"):
        if image is None:
            answer.show_hint(answer.HINT)
        elif inspector is None:
            answer.show_hint(answer.LOADING)
        else:
            steps = inspector.layer_activations(image)
            answer.show_answer(steps[-1].output)
            if model_store.card(name).get("looks", 1) > 1:
                st.caption(SECOND_LOOK)
    return inspector, steps


def look(inspector, image, steps) -> None:
    """The chosen view of the network at work on the image."""
    view = view_picker.choose("View", list(VIEWS), "view")
    # A place each: nothing of another view stays while one waits, and what stays doesn't blink
    places = {name: st.container() if name == view else st.empty() for name in VIEWS}
    with places[view]:
        show(view, inspector, image, steps)


def show(view: str, inspector, image, steps) -> None:
    """The view, or a sentence in its place."""
    if image is None and view != "Filters":
        st.info(EMPTY, icon=":material/draw:")
        return
    if view != "Filters" and not np.isfinite(steps[-1].output).all():
        st.error(answer.NO_NUMBERS, icon=":material/broken_image:")
        return
    VIEWS[view](inspector, image, steps)


page_entry.require()
ready = model_loader().ready()
parts = (
    canvas,
    answer,
    data_set,
    inside_source,
    feature_maps,
    one_value,
    arithmetic_view,
    inside_views,
)
st.html(f"<style>{''.join(part.STYLE for part in parts)}{STYLE}</style>")
gallery.style()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    st.markdown("### Inside\nWhat each layer makes of a digit, number by number.", width="content")
    explanation.show("Inside")
inside_link.apply_pending()
board(model_store.names())
load_in_background(session().model_name, ready)
