"""How good a model is on digits it has not seen, what it gets wrong, and what it can stand."""

import streamlit as st

from mnist_core.models import index
from mnist_core.runs.run import Run
from pages.ui.app import explanation
from pages.ui.choices import model as model_choice
from pages.ui.choices import named_runs, predictions
from pages.ui.evaluate import confusion, report, set_choice
from pages.ui.evaluate import robustness as robustness_view
from pages.ui.navigation import page_entry
from pages.ui.state.session import current_session
from pages.ui.widgets import gallery

NO_MODEL = "Nobody"
WIDTH = 220  # pixels, of a list


def choose_models() -> list[Run]:
    """The model that is tested, and the one beside it, if any."""
    first = model_choice.choose(current_session(), "Model", WIDTH)
    names = index.models()
    named_runs.update("beside", names, NO_MODEL)
    second = st.selectbox("Beside it", [NO_MODEL, *names], key="beside", bind="query-params",
                          width=WIDTH, help="A second model, on the same digits.",
    )  # fmt: skip
    if second in (NO_MODEL, first.name):
        return [first]
    return [first, names[second]]


def show_results(models: list[Run], test_name: str) -> None:
    """Everything that the models' predictions say."""
    chosen = set_choice.fetch(test_name)
    if chosen is None:
        return
    models = set_choice.before_and_after(models, test_name)
    results = [result for model in models if (result := predictions.predict(model, chosen.test))]
    if not results:
        return
    report.metrics_table(results)
    report.peeked_note(results, chosen.data_set)
    if len(results) > 1:
        report.comparison_text(*results)
    confusion.show(results, chosen)
    left, right = st.columns([10, 9], gap="large")
    with left:
        report.per_class(results)
    with right:
        report.calibration(results)
    robustness_view.show(results, chosen)


page_entry.require()
st.html(f"<style>{report.STYLE}{confusion.STYLE}{robustness_view.STYLE}</style>")
gallery.style()
st.markdown(
    "# Evaluate\nHow good a network is at digits it never learned from, and what it misreads."
)
explanation.show("Evaluate")
with st.container(horizontal=True, gap="medium"):
    models = choose_models()
    test_name = set_choice.choose()
for model in models:
    model_choice.training_note(model)
show_results(models, test_name)
