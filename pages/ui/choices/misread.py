"""Which digits of a set a model misreads, and the choices of them."""

import streamlit as st

from mnist_core.data.browse import TopPredictions
from mnist_core.evaluation.labelled_sets import TestSet
from mnist_core.models import index
from mnist_core.runs.run import Run
from pages.ui.choices import named_runs, predictions
from pages.ui.choices.data_set import ChosenSet

WIDTH = 200  # pixels, of a list
ANY = "Any"


def choose_model() -> Run | None:
    """Whose mistakes to show, or None for all digits."""
    if not st.toggle("Only those a model reads wrongly", key="mistakes", bind="query-params"):
        return None
    names = index.models()
    named_runs.update("by", names, next(iter(names)))
    name = st.selectbox("Model", list(names), key="by", bind="query-params", width=WIDTH)
    return names[name]


def choose_digit(label: str, key: str) -> int | None:
    """A digit, or None for any."""
    options = [ANY, *map(str, range(10))]
    digit = st.selectbox(label, options, key=key, bind="query-params", width=WIDTH // 2)
    return None if digit == ANY else int(digit)


def predict(model: Run, chosen: ChosenSet) -> TopPredictions | None:
    """What the model takes the digits for; None, after saying why, if it can't be asked."""
    fingerprint = predictions.fingerprint(chosen.dataset.checksum, chosen.part, chosen.digits)
    result = predictions.predict(model, TestSet(chosen.digits, fingerprint))
    return result and result.top_predictions
