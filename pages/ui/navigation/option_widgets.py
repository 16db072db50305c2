"""A widget for each field of an experiment, made from its option."""

import re

import streamlit as st

from mnist_core.config import labels
from mnist_core.config.options import Option

RATES = (1e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 4e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
EPOCHS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200)
FILTERS = (1, 2, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 224, 256)
# Finer where it matters
SLIDER_STOPS = {"learning_rate": RATES, "epochs": EPOCHS, "filters": FILTERS}
STEPS = {"train_images": 1000, "batch_size": 32, "units": 32}  # of the buttons - and +


def show(option: Option, key: str, value):
    """The widget of a field.

    Args:
        key: the field's path.
        value: what it starts from.

    Returns:
        What it says now; for a list its length.
    """
    unit = f" ({option.unit})" if option.unit and not option.choices else ""
    common = {"label": _label(option, key) + unit, "key": key, "help": option.help}
    if option.choices:
        common |= _choice_help(value, option)
        return _with_initial_value(st.selectbox, value, options=list(option.choices), **common)
    if isinstance(value, bool):
        return _with_initial_value(st.toggle, value, **common)
    if option.name == "learning_rate":
        return _typed_slider(option, value, common)
    if option.name in SLIDER_STOPS:
        return _slider_of_stops(option, value, common)
    low, high = option.limits or option.length
    widget = st.number_input if isinstance(value, int) and high > 300 else st.slider
    step = option.step or STEPS.get(option.name, 1)
    return _with_initial_value(widget, value, min_value=low, max_value=high, step=step, **common)


def _label(option, key) -> str:
    """A block's filters are shown beside those of the others."""
    block = re.fullmatch(r"network\.blocks\.(\d)\.filters", key)
    return f"Filters, block {int(block[1]) + 1}" if block else labels.label(option.name)


def _choice_help(value, option) -> dict:
    """What each choice means: in the list itself where choices are mere numbers, else as help."""
    if isinstance(value, int):
        return {"format_func": option.choices.get}
    return {"help": option.help + "".join(f"\n- **{k}**: {v}" for k, v in option.choices.items())}


def _slider_of_stops(option, value, common):
    """A slider that also stops where its value is."""
    stops = sorted({*SLIDER_STOPS[option.name], value, st.session_state.get(common["key"], value)})
    return _with_initial_value(
        st.select_slider, value, options=stops, format_func="{:g}".format, **common
    )


def _typed_slider(option, value, common):
    """A slider with a small field beside it, in which any value can be typed."""
    low, high = option.limits
    typed = f"typed.{common['key']}"
    with st.container(horizontal=True, vertical_alignment="bottom", key="typed"):
        value = _slider_of_stops(option, value, common)
        st.session_state[typed] = value
        st.number_input(
            f"{common['label']}, typed", low, high, key=typed, format="%g", width=84,
            label_visibility="collapsed", on_change=_take_over, args=(typed, common["key"]),
        )  # fmt: skip
    return value


def _take_over(source: str, target: str) -> None:
    st.session_state[target] = st.session_state[source]


def _with_initial_value(widget, value, **arguments):
    """The widget, starting from the experiment's value where it has none of its own.

    That is its default, too: a browser that gets a second run before it has shown the first is not
    told again what was set, and would begin at the lowest value.
    """
    start = st.session_state.setdefault(arguments["key"], value)
    if widget is st.selectbox:
        options = arguments["options"]
        return widget(**arguments, index=options.index(start) if start in options else 0)
    return widget(**arguments, value=start)
