"""The numbers of a hand: as sliders made from their declaration, and in words."""

import dataclasses
import math

import streamlit as st

from mnist_core.data.writers import WritingStyle

FIELDS = dataclasses.fields(WritingStyle)
STOPS = 100  # at least so many on a slider
LABELS = {"top": "Upper and lower half", "side": "Left and right half", "pen": "Pen width"}


def sliders() -> WritingStyle:
    """A slider for every number of a hand, and the hand that they make."""
    values = {}
    for number, column in enumerate(st.columns(2, gap="medium")):
        with column:
            for field in FIELDS[number::2]:
                values[field.name] = _slider(field)
    return WritingStyle(**values)


def set_style(hand: WritingStyle) -> None:
    """Move the sliders to this hand."""
    for field in FIELDS:
        low, high = field.metadata["limits"]
        value = min(max(getattr(hand, field.name), low), high)
        st.session_state[_key(field)] = round(value, _decimals(field))


def label(field) -> str:
    """What a number is called on a page."""
    return LABELS.get(field.name, field.name.capitalize())


def format_value(field, value: float) -> str:
    """A number with as many decimals as its slider has, and its unit."""
    number = f"{value:.{_decimals(field)}f}".replace("-", "−")
    return f"{number} {field.metadata['unit']}".strip()


def _slider(field) -> float:
    low, high = field.metadata["limits"]
    unit = field.metadata["unit"]
    decimals = _decimals(field)
    st.session_state.setdefault(_key(field), field.default)
    return st.slider(
        f"{label(field)} ({unit})" if unit else label(field), low, high, key=_key(field),
        step=10.0**-decimals, format=f"%.{decimals}f", help=field.metadata["help"],
        persist_state="session",
    )  # fmt: skip


def _key(field) -> str:
    return f"hand.{field.name}"


def _decimals(field) -> int:
    """So many that the slider has about as many stops as one can set, and more."""
    low, high = field.metadata["limits"]
    return math.ceil(-math.log10((high - low) / STOPS))
