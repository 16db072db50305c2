"""A writing style: as sliders made from its options, and in words."""

import math

import streamlit as st

from mnist_core.config.options import Option, fields
from mnist_core.data.writers import WritingStyle

OPTIONS = tuple(fields(WritingStyle).values())
MIN_STOPS = 100  # of a slider
LABELS = {"top": "Upper and lower half", "side": "Left and right half", "pen": "Pen width"}


def sliders() -> WritingStyle:
    """A slider for every number of a style, and the style that they make."""
    values = {}
    for number, column in enumerate(st.columns(2, gap="medium")):
        with column:
            for option in OPTIONS[number::2]:
                values[option.name] = _slider(option)
    return WritingStyle(**values)


def set_style(style: WritingStyle) -> None:
    """Move the sliders to this style."""
    for option in OPTIONS:
        st.session_state[_key(option)] = round(getattr(style, option.name), _decimals(option))


def label(option: Option) -> str:
    """What a number is called on a page."""
    return LABELS.get(option.name, option.name.capitalize())


def format_value(option: Option, value: float) -> str:
    """A number with as many decimals as its slider has, and its unit."""
    number = f"{value:.{_decimals(option)}f}".replace("-", "−")
    return f"{number} {option.unit}".strip()


def _slider(option) -> float:
    low, high = option.limits
    decimals = _decimals(option)
    start = st.session_state.setdefault(_key(option), option.default)
    return st.slider(
        f"{label(option)} ({option.unit})" if option.unit else label(option), low, high, start,
        key=_key(option), step=10.0**-decimals, format=f"%.{decimals}f", help=option.help,
        persist_state="session",
    )  # fmt: skip


def _key(option) -> str:
    return f"hand.{option.name}"


def _decimals(option) -> int:
    """As few as give the slider `MIN_STOPS`."""
    low, high = option.limits
    return math.ceil(-math.log10((high - low) / MIN_STOPS))
