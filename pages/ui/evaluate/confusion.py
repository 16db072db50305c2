"""The confusion matrix: click a cell, see those images; click an image, see it on Inside."""

from functools import partial
from typing import NamedTuple

import numpy as np
import streamlit as st

from mnist_core.data import browse
from mnist_core.evaluation import metrics
from mnist_core.plots import evaluation as evaluation_plots
from pages.ui.app import errors
from pages.ui.choices.misread import ANY
from pages.ui.choices.predictions import Result
from pages.ui.evaluate.set_choice import ChosenTest
from pages.ui.state.session import current_session
from pages.ui.widgets import answer, gallery
from pages.ui.widgets.gallery import Tile

DIGITS = [ANY, *map(str, range(10))]
PAGE_SIZES = (18, 24)  # images on one page: beside the matrix of one model, below those of two
BOTH = "Both"
STYLE = """
/* Plotly letters are paler than the page's: too pale on a coloured cell */
[class*=st-key-confusion] .textpoint text { fill: currentColor !important; }
[class*=st-key-confusion] .heatmaplayer, [class*=st-key-confusion] .nsewdrag { cursor: pointer; }
"""


class Selection(NamedTuple):
    """Which images to show."""

    whose: str  # a model, `only(model)` or BOTH
    digit: int | None  # the true one; None: any
    read_as: int | None  # None: any

    def cell(self, model: str) -> tuple[int, int] | None:
        """(true digit, read as), if that is one cell of this model's matrix."""
        is_cell = self.digit is not None and self.read_as is not None
        is_theirs = self.whose in (model, only_label(model), BOTH)
        return (self.digit, self.read_as) if is_cell and is_theirs else None


def only_label(model: str) -> str:
    """The choice of what nobody but this model misreads."""
    return f"Only {model}"


def show(results: list[Result], chosen: ChosenTest) -> None:
    """A matrix for each model, and the images of the cell that was clicked."""
    if len(results) == 1:
        *above, below = st.columns([9, 10], gap="large")
    else:
        above, below = st.columns(2, gap="large"), st.container()
    with below:
        selection = _choose(results)
    for number, (column, result) in enumerate(zip(above, results, strict=True)):
        with column:
            _matrix(result, chosen, number, selection.cell(result.name))
    with below:
        _images(results, chosen, selection)


def _matrix(result: Result, chosen: ChosenTest, number: int, cell: tuple[int, int] | None) -> None:
    st.markdown(f"**What {errors.escape(result.name)} takes each digit for.** Click a cell.")
    commonest = ", ".join(metrics.describe_confusions(result.confusion_matrix)) or "none"
    # Another key after each click: a chart doesn't tell of a click on what it has selected
    key = f"matrix_{number}_{current_session().confusion_clicks}"
    with st.container(key=f"confusion_{number}"):
        st.plotly_chart(
            evaluation_plots.confusion_heatmap(result.confusion_matrix, number, cell),
            key=key,
            on_select=partial(_select_cell, key, result.name),
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"The confusion matrix of {result.name} on {chosen.words}."
            f" The commonest mistakes: {commonest}.",
        )
    st.caption(
        "A row for each digit, a column for what it was read as. On the grey diagonal is what was"
        " read right; colour is for mistakes, the more the stronger."
    )


def _select_cell(key: str, model: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    if points:
        current_session().confusion_clicks += 1
        st.session_state["true"] = str(points[0]["y"])
        st.session_state["read"] = str(points[0]["x"])
        st.session_state["whose"] = model


def _choose(results: list[Result]) -> Selection:
    """The choices, for those without a mouse too."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        whose = _choose_model(results)
        digit, read_as = (
            None if label == ANY else int(label)
            for label in (
                st.selectbox("True digit", DIGITS, key="true", bind="query-params", width=110),
                st.selectbox("Read as", DIGITS, key="read", bind="query-params", width=110),
            )
        )
        if digit is not None or read_as is not None:
            st.button("All mistakes", key="all_mistakes", on_click=_select_all)
    return Selection(whose, digit, read_as)


def _images(results: list[Result], chosen: ChosenTest, selection: Selection) -> None:
    """What the choices leave, in words, and the images."""
    by, numbers = _matching_images(results, *selection)
    st.markdown(_description(by, *selection, len(numbers)))
    if len(numbers):
        key = "-".join(map(str, (*selection, chosen.test.fingerprint[:8])))
        _gallery(results, by, chosen, numbers, key)


def _select_all() -> None:
    st.session_state["true"] = st.session_state["read"] = ANY


def _choose_model(results) -> str:
    """Whose mistakes: a model's, those of no other, or those that both make."""
    names = [result.name for result in results]
    if len(names) == 1:
        return names[0]
    options = [*names, *map(only_label, names), BOTH]
    if st.session_state.get("whose") not in options:
        st.session_state.pop("whose", None)
    return st.selectbox("Misread by", options, key="whose", bind="query-params", width=220)


def _matching_images(results, whose, digit, read_as) -> tuple[Result, np.ndarray]:
    """(the model it is about, the numbers of the images)."""
    by = next((r for r in results if whose in (r.name, only_label(r.name))), results[0])
    if digit is not None and digit == read_as:
        numbers = browse.correctly_classified(by.labels, by.top_predictions, digit)
    else:
        numbers = browse.misclassified(by.labels, by.top_predictions, digit, read_as)
    if len(results) > 1 and whose != by.name:
        other = results[1] if by is results[0] else results[0]
        alike = other.misread == by.misread
        numbers = numbers[alike[numbers] if whose == BOTH else ~alike[numbers]]
    return by, numbers


def _description(by, whose, digit, read_as, count) -> str:
    name = errors.escape(by.name)
    images = f"image{'s' * (count != 1)}"
    of = "" if digit is None else f" of {digit}"
    taken = "" if read_as is None else f" as {read_as}"
    if digit is not None and digit == read_as:
        also = {by.name: "", BOTH: " by both"}.get(whose, " by no other")
        order = ", the least sure first" if count > 1 else ""
        return f"**{count:,}** {images} of {digit} that {name} reads right{also}{order}."
    if whose == BOTH:
        who = f"both models misread; {name} takes them"
    else:
        who = f"{'only ' * (whose == only_label(by.name))}{name} misreads"
    if not count:
        return f"No {images}{of} that {who}{taken}."
    order = ", **the most confidently wrong first**" if count > 1 else ""
    return f"**{count:,}** {images}{of} that {who}{taken}{order}."


def _gallery(results, by, chosen, numbers, key) -> None:
    size = PAGE_SIZES[len(results) - 1]
    pages = browse.page_count(len(numbers), size)
    above = st.container()
    page = st.pagination(pages, key=f"page-{key}") if pages > 1 else 1
    shown = browse.page(numbers, page, size)
    with above:
        tiles = [_tile(results, by, chosen, int(number)) for number in shown]
        clicked = gallery.show(tiles, "wide", key=f"cell-{key}-{page}")
    st.caption("Click an image to see it on Inside.")
    if clicked is not None:
        chosen.open_inside(by.model, int(shown[clicked]))


def _tile(results, by, chosen, number) -> Tile:
    image, label = chosen.test.digits.images[number], chosen.test.digits.labels[number]
    digit, confidence = _prediction(by, number)
    mistake = f"read as {digit}, {confidence}"
    more = mistake
    if len(results) > 1:
        more = " · ".join(f"{r.name}: {', '.join(_prediction(r, number))}" for r in results)
    return Tile(image, f"{chosen.alt(number)}, {mistake}.", str(label), f"no. {number:,}", more)


def _prediction(result, number) -> tuple[str, str]:
    top = result.top_predictions
    return str(top.digits[number]), answer.percent(float(top.confidence[number]))
