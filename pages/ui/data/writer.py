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
.hand i { display: block; position: relative; height: .35rem; margin: .45rem 0 .4rem;
  border-radius: 1rem; background: color-mix(in srgb, currentColor 16%, transparent); }
.hand u { position: absolute; top: -.2rem; width: .75rem; height: .75rem; border-radius: 50%;
  margin-left: -.375rem; background: #2f86e0; }
"""
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
    """Every number of a style: where it lies between its limits, and among all writers."""
    styles = _all_styles(synthetic.SEED, synthetic.TEST_WRITERS.stop)
    style = writer(synthetic.SEED, number).style
    st.markdown(f"**The hand of writer {number}**, in the numbers that the pen model goes by")
    entries = (
        _entry(option, getattr(style, option.name), styles[:, column])
        for column, option in enumerate(style_form.OPTIONS)
    )
    st.html(f'<style>{STYLE}</style><div class="hand">{"".join(entries)}</div>')


def _entry(option, value: float, values: np.ndarray) -> str:
    low, high = option.limits
    left = 100 * min(max((value - low) / (high - low), 0), 1)
    rank = round(100 * browse.fraction_below(values, value))
    words = f"{option.help} In {rank} of 100 writers it is lower."
    head = f"{style_form.label(option)}: {style_form.format_value(option, value)}"
    return (
        f'<div><b>{html.escape(head)}</b><i aria-hidden="true"><u style="left:{left:.1f}%"></u></i>'
        f"<p>{html.escape(words)}</p></div>"
    )
