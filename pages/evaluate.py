"""How good a model is on digits it has not seen, what it gets wrong, and what it can stand."""

import streamlit as st

from mnist_core.models import store as model_store
from pages.ui.app import explanation
from pages.ui.choices import model as model_choice
from pages.ui.choices import predictions
from pages.ui.evaluate import confusion, report
from pages.ui.evaluate import robustness as robustness_view
from pages.ui.evaluate import test_set as test_set_choice
from pages.ui.navigation import page_entry
from pages.ui.state.session import current_session
from pages.ui.widgets import gallery

NOBODY = "Nobody"
WIDTH = 220  # pixels, of a list


def choose_models() -> list[str]:
    """The model that is tested, and the one beside it, if any."""
    names = model_store.names()
    first = model_choice.choose(current_session(), names, "Model", WIDTH)
    second = st.selectbox("Beside it", [NOBODY, *names], key="beside", bind="query-params",
                          width=WIDTH, help="A second model, on the same digits.",
    )  # fmt: skip
    if second in (NOBODY, first):
        return [first]
    return [first, second]


def test(names: list[str], chosen: test_set_choice.ChosenTest) -> None:
    """Everything that the models' answers say."""
    found = [result for name in names if (result := predictions.predict(name, chosen.test))]
    if not found:
        return
    report.metrics_table(found)
    if len(found) > 1:
        report.comparison_text(*found)
    confusion.show(found, chosen)
    left, right = st.columns([10, 9], gap="large")
    with left:
        report.per_class(found)
    with right:
        report.calibration(found)
    robustness_view.show(found, chosen)


page_entry.require()
st.html(f"<style>{report.STYLE}{confusion.STYLE}{robustness_view.STYLE}</style>")
gallery.style()
st.markdown(
    "### Evaluate\nHow good a network is at digits it never learned from, and what it misreads."
)
explanation.show("Evaluate")
with st.container(horizontal=True, gap="medium"):
    tested = choose_models()
    said = test_set_choice.choose()
chosen = test_set_choice.fetch(said)
if chosen is not None:
    test(tested, chosen)
