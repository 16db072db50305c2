"""What a model takes the digits of a set for: asked once, then remembered."""

import streamlit as st

from mnist_core import models
from mnist_core.browse import Readings
from mnist_core.reports import Exam
from pages.ui import results
from pages.ui.digit_set import Chosen

WIDTH = 200  # pixels, of a list
ANY = "Any"


def choose_model() -> str | None:
    """Whose mistakes to show, or None for all digits."""
    if not st.toggle("Only those a model reads wrongly", key="mistakes", bind="query-params"):
        return None
    return st.selectbox("Model", models.names(), key="by", bind="query-params", width=WIDTH)


def choose_digit(label: str, key: str) -> int | None:
    """A digit, or None for any."""
    options = [ANY, *map(str, range(10))]
    said = st.selectbox(label, options, key=key, bind="query-params", width=WIDTH // 2)
    return None if said == ANY else int(said)


def read(model: str, chosen: Chosen) -> Readings | None:
    """What the model takes the digits for; None, after saying why, if it can't be asked."""
    mark = results.mark(chosen.dataset.checksum, chosen.part, chosen.digits)
    found = results.of(model, Exam(chosen.digits, mark))
    return found and found.readings
