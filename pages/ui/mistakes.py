"""What a model takes the digits of a set for: asked once, then remembered."""

import numpy as np
import streamlit as st

from mnist_core import browse, data, models
from mnist_core.browse import Readings
from pages.ui.digit_set import Chosen

AT_ONCE = 5000  # digits; the bar moves after each so many
WIDTH = 200  # pixels, of a list
ANY = "Any"


def choose_model() -> str | None:
    """Whose mistakes to show, or None for all digits."""
    if not st.toggle("Only those a model reads wrongly", key="mistakes", bind="query-params"):
        return None
    return st.selectbox("Model", models.names(), key="by", bind="query-params", width=WIDTH)


def choose_answer() -> int | None:
    """A digit that others are taken for, or None for any."""
    options = [ANY, *map(str, range(10))]
    said = st.selectbox("Read as", options, key="as", bind="query-params", width=WIDTH // 2)
    return None if said == ANY else int(said)


def read(model: str, chosen: Chosen) -> Readings | None:
    """What the model takes the digits for; None, after saying why, if it can't be asked."""
    try:
        stamp = models.weights_path(model).stat().st_mtime_ns
        return _all(model, stamp, chosen)
    except (ValueError, OSError) as fault:
        st.error(f"{model} can't be asked. {fault}")
        return None


def _all(model, stamp, chosen) -> Readings:
    """Part by part, with a bar the first time; what is done stays, whatever a visitor clicks."""
    count = len(chosen.digits.labels)
    which = (model, stamp, chosen.dataset.name, chosen.dataset.checksum, chosen.part)
    place, found = st.empty(), []
    for start in range(0, count, AT_ONCE):
        if which not in _asked():
            place.progress(start / count, f"{model} reads {count:,} digits, once …")
        found.append(_some(*which, start))
    _asked().add(which)
    place.empty()
    return Readings(*map(np.concatenate, zip(*found, strict=True)))


@st.cache_resource(show_spinner=False)
def _asked() -> set[tuple]:
    """Of which models which sets are known, on this server."""
    return set()


@st.cache_data(max_entries=100, show_spinner=False)
def _some(model: str, stamp: int, name: str, checksum: str, part: str, start: int) -> Readings:
    from mnist_core.prediction import Classifier

    images = getattr(data.load(name), part).images[start : start + AT_ONCE]
    return browse.readings(Classifier.load(model).probabilities(images))
