"""Look inside a network: what each of its layers makes of a digit, and why it reads it so."""

import numpy as np
import streamlit as st

from mnist_core.interpret import activations
from mnist_core.prediction import Classifier
from mnist_core.runs.run import Run
from pages.ui.app import errors, explanation
from pages.ui.choices import data_set
from pages.ui.choices import model as model_choice
from pages.ui.choices.loader import load_in_background, sample_loader
from pages.ui.inside import arithmetic as arithmetic_view
from pages.ui.inside import feature_maps, one_value
from pages.ui.inside import nearest as nearest_view
from pages.ui.inside import smallest_flip as flip_view
from pages.ui.inside import source as inside_source
from pages.ui.inside import views as inside_views
from pages.ui.inside.inspection import Inspection
from pages.ui.navigation import inside_link, page_entry
from pages.ui.state.session import Session, current_session
from pages.ui.widgets import answer, canvas, gallery, view_picker

VIEWS = {
    "Layers": inside_views.layers,
    "Filters": inside_views.filters,
    "Which ink spoke": inside_views.attributions,
    inside_link.LOGIT_WEIGHTS: inside_views.logit_weights,
    "Look-alikes": nearest_view.show,
    "What would change its mind": flip_view.show,
}
STYLE = """
@media (min-width: 641px) {
    .answer { flex-direction: row; align-items: center; gap: 1.5rem; }
    .answer-head { width: 7.5rem; flex: none; min-height: 0; }
    .answer-hint { font-size: 1.4rem; }
    /* the sums stay in sight beside many layers */
    .stColumn:has(.st-key-one_value) { align-self: stretch; }
    .stColumn:has(.st-key-one_value) > .stVerticalBlock {
        position: sticky; top: 4.5rem; max-height: calc(100vh - 5rem); overflow-y: auto; }
}
"""
EMPTY = "Draw a digit, or take one: its way through the network appears here."


@st.fragment
@errors.guard
def board(session: Session) -> None:
    """Everything that changes with a stroke; a stroke reruns this and nothing else."""
    row = st.container(horizontal=True, gap="large")
    left, middle, right = (row.container(width=width) for width in (340, 420, 400))
    with left:
        source = inside_source.choose(session)
    with middle:
        model = model_choice.choose(session)
        model_choice.training_note(model)
        inspection = inspect(model, source)
    with right:
        inside_source.show(source, inspection, session)
    if inspection is not None:
        show_view(inspection, session)


def inspect(model: Run, source: inside_source.Source) -> Inspection | None:
    """The network at work on the image, and what it reads, on the page.

    None, after saying why, where it can't be inspected.
    """
    try:
        classifier = Classifier.load(model)
    except (ValueError, OSError) as error:
        model_choice.show_error(model, error)
        return None
    image, network = source.image, classifier.network
    if image is None:
        with st.container(key="answer"):
            answer.show_hint(answer.HINT)
        return Inspection(model, network, None, [], None)
    probabilities = classifier.probabilities(image[None])[0]
    with st.container(key="answer"):
        answer.show_answer(probabilities, image)
    steps = activations.layer_activations(network, image)
    return Inspection(model, network, image, steps, probabilities, classifier.views)


def show_view(inspection: Inspection, session: Session) -> None:
    """The chosen view."""
    chosen = view_picker.choose("View", list(VIEWS), "view")
    # A place each: nothing of another view stays while one waits, and what stays doesn't blink
    places = {name: st.container() if name == chosen else st.empty() for name in VIEWS}
    with places[chosen]:
        if inspection.image is None and chosen != "Filters":
            st.info(EMPTY, icon=":material/draw:")
        elif chosen != "Filters" and not np.isfinite(inspection.steps[-1].output).all():
            st.error(answer.NO_NUMBERS, icon=":material/broken_image:")
        else:
            VIEWS[chosen](inspection, session)


page_entry.require()
ready = sample_loader().ready()
styled = (canvas, answer, data_set, inside_source, feature_maps, one_value, arithmetic_view)
st.html(f"<style>{''.join(part.STYLE for part in (*styled, inside_views))}{STYLE}</style>")
gallery.style()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    st.markdown("# Inside\nWhat each layer makes of a digit, number by number.", width="content")
    explanation.show("Inside")
inside_link.apply_pending(current_session())
board(current_session())
load_in_background(ready)
