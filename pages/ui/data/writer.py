"""What one writer of the built-in set wrote, and their style."""

import html

import numpy as np
import streamlit as st

from mnist_core.data import browse, synthetic
from mnist_core.data.writers import writer
from pages.ui.choices import data_set
from pages.ui.data import pen_model, style_form
from pages.ui.widgets import gallery
from pages.ui.widgets.gallery import Tile

STYLE = """
.hand { display: grid; gap: 1.1rem 2.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
.hand b { font-variant-numeric: tabular-nums; }
.hand p { margin: .1rem 0 0; font-size: .875rem; line-height: 1.4; opacity: .75; }
.hand .all-writers { display: flex; align-items: end; gap: 1px; height: 2.2rem;
  margin: .35rem 0 .3rem;
  border-bottom: 1px solid color-mix(in srgb, currentColor 40%, transparent); }
.hand i { flex: 1; min-height: 1px; background: color-mix(in srgb, currentColor 22%, transparent); }
.hand i.here { background: #2f86e0; min-height: 4px; }
"""
BINS = 25  # of a histogram
NO_WRITERS_OF_MNIST = (
    "Each of these writers is made up by dice. About 500 people wrote MNIST, but the file that"
    " Keras loads doesn't tell who wrote what: so here are only built-in digits."
)


def show() -> None:
    """The choice of a writer, their digits, and their style in numbers."""
    st.caption(NO_WRITERS_OF_MNIST)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        number = st.number_input(
            "Writer", 0, synthetic.TEST_WRITERS.stop - 1, step=1, key="writer",
            bind="query-params", width=150,
        )  # fmt: skip
        st.button(
            "Another writer", key="another", icon=":material/casino:", on_click=_random_writer
        )
        st.button("Write with this hand", key="borrow", icon=":material/stylus_note:",
                  on_click=pen_model.use_writer, args=(number,),
                  help="Takes their numbers to the sliders of the pen model.")  # fmt: skip
    dataset = data_set.load("built-in")
    if dataset is None:
        return
    part = "train" if number in synthetic.TRAIN_WRITERS else "test"
    digits = getattr(dataset, part)
    indices = np.flatnonzero(_writer_numbers(dataset.checksum, part) == number)
    st.markdown(
        f"Writer {number} wrote **{len(indices)}** digits of the built-in"
        f" {'training' if part == 'train' else 'test'} set. Compare one column: the same form"
        " comes again and again, and never twice the same."
    )
    columns = browse.group_by_label(digits.labels, indices)
    gallery.columns(
        [str(digit) for digit in range(10)],
        [
            [Tile(digits.images[i], f"A {digit} by writer {number}.") for i in column]
            for digit, column in enumerate(columns)
        ],
    )
    _style(number)


@st.cache_data(max_entries=4, show_spinner=False)
def _writer_numbers(checksum: str, part: str) -> np.ndarray:
    """int64 (n,): the writer of each digit."""
    return synthetic.load()[part == "test"].writers


@st.cache_data(show_spinner=False)
def _all_styles(seed: int, count: int) -> np.ndarray:
    return browse.style_table(seed, range(count))


def _random_writer() -> None:
    rng = np.random.default_rng()
    st.session_state["writer"] = int(rng.integers(synthetic.TEST_WRITERS.stop))


def _style(number: int) -> None:
    """Every number of a style, and where it lies among all writers', as a histogram of these."""
    styles = _all_styles(synthetic.SEED, synthetic.TEST_WRITERS.stop)
    style = writer(synthetic.SEED, number).style
    st.markdown(
        f"**The hand of writer {number}**, in the numbers that the pen model goes by."
        " The grey bars are all writers, the blue one is where this hand lies."
    )
    entries = (
        _entry(option, getattr(style, option.name), styles[:, column])
        for column, option in enumerate(style_form.OPTIONS)
    )
    st.html(f'<style>{STYLE}</style><div class="hand">{"".join(entries)}</div>')


def _entry(option, value: float, values: np.ndarray) -> str:
    counts, edges = np.histogram(np.clip(values, *option.limits), BINS, option.limits)
    here = min(max(int(np.searchsorted(edges, value, "right")) - 1, 0), BINS - 1)
    bars = "".join(
        f'<i{" class=here" if number == here else ""} style="height:{height:.0f}%"></i>'
        for number, height in enumerate(100 * counts / counts.max())
    )
    rank = round(100 * browse.fraction_below(values, value))
    words = f"{option.help} In {rank} of 100 writers it is lower."
    head = f"{style_form.label(option)}: {style_form.format_value(option, value)}"
    return (
        f'<div><b>{html.escape(head)}</b><div class="all-writers" aria-hidden="true">{bars}</div>'
        f"<p>{html.escape(words)}</p></div>"
    )
