"""How good a model is on digits it has not seen, what it gets wrong, and what it can stand."""

import streamlit as st

from mnist_core import models
from pages.ui import (
    confusion,
    entry,
    exam,
    explanation,
    gallery,
    hands,
    model_choice,
    report,
    results,
    robustness_view,
)
from pages.ui.session import session

NOBODY = "Nobody"
WIDTH = 220  # pixels, of a list


def choose_models() -> list[str]:
    """The model that is tested, and the one beside it, if any."""
    names = models.names()
    first = model_choice.choose(session(), names, "Model", WIDTH)
    second = st.selectbox("Beside it", [NOBODY, *names], key="beside", bind="query-params",
                          width=WIDTH, help="A second model, on the same digits.",
    )  # fmt: skip
    if second in (NOBODY, first):
        return [first]
    hands.use(second, "beside")
    return [first, second]


def test(names: list[str], chosen: exam.Chosen) -> None:
    """Everything that the models' answers say."""
    found = [result for name in names if (result := results.of(name, chosen.test))]
    if not found:
        return
    report.figures(found)
    if len(found) > 1:
        report.compared(*found)
    confusion.show(found, chosen)
    left, right = st.columns([10, 9], gap="large")
    with left:
        report.per_class(found)
    with right:
        report.calibration(found)
    robustness_view.show(found, chosen)


entry.require()
st.html(f"<style>{report.STYLE}{confusion.STYLE}{robustness_view.STYLE}</style>")
gallery.style()
st.markdown(
    "### Evaluate\nHow good a network is at digits it never learned from, and what it misreads."
)
explanation.show("Evaluate")
with st.container(horizontal=True, gap="medium"):
    tested = choose_models()
    said = exam.choose()
chosen = exam.fetch(said)
if chosen is not None:
    test(tested, chosen)
