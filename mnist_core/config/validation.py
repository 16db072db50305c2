"""Checking dataclasses of options, and turning them into plain values and back."""

import dataclasses
import math
import typing
from typing import Any

from mnist_core.config import options

MAX_VALUE_LENGTH = 120  # characters of a value in a sentence that refuses it
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def describe(value) -> str:
    """A value for the end of a sentence: as Python writes it, cut where it has no end."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
        text = f"a {type(value).__name__} without end"
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]} …"


def validate(instance) -> None:
    """Refuse a dataclass that holds a value its options do not allow; make lists tuples.

    Raises:
        ValueError: names the field, what was expected and what came.
    """
    kind = type(instance)
    for name, option in options.fields(kind).items():
        where = f"{kind.__name__}.{name}"
        value = _typed(where, getattr(instance, name), option.kind)
        _check_limits(where, value, option)
        object.__setattr__(instance, name, value)


def _typed(where, value, kind):
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{where} must be a list. Received: {describe(value)}")
        inner = typing.get_args(kind)[0]
        return tuple(_typed(f"{where}[{i}]", entry, inner) for i, entry in enumerate(value))
    if kind is float and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise ValueError(f"{where} must be a number that fits in 64 bits.") from None
    if type(value) is not kind:
        expected = KINDS.get(kind, f"a {kind.__name__}")
        raise ValueError(f"{where} must be {expected}. Received: {describe(value)}")
    return value


def _check_limits(where, value, option) -> None:
    if option.choices and value not in option.choices:
        allowed = ", ".join(map(str, option.choices))
        raise ValueError(f"{where} must be one of {allowed}. Received: {describe(value)}")
    if option.limits:
        low, high = option.limits
        if not (low <= value <= high and math.isfinite(value)):
            limits = f"from {low} to {high} {option.unit}".rstrip()
            raise ValueError(f"{where} must be {limits}. Received: {describe(value)}")
    if option.length:
        low, high = option.length
        if not low <= len(value) <= high:
            raise ValueError(f"{where} must have {low} to {high} entries. Received: {len(value)}")


def to_dict(instance) -> Any:
    """A dataclass as dicts, lists, numbers and strings, for JSON."""
    if dataclasses.is_dataclass(instance):
        return {name: to_dict(getattr(instance, name)) for name in options.fields(type(instance))}
    if isinstance(instance, tuple):
        return [to_dict(entry) for entry in instance]
    return instance


def from_dict(kind, plain, where: str = ""):
    """The inverse of `to_dict`. Missing keys take their defaults, unknown ones are refused.

    Args:
        where: what `plain` is called in an error; the name of `kind` by default.

    Raises:
        ValueError: names the key, what was expected and what came.
    """
    where = where or kind.__name__
    if typing.get_origin(kind) is tuple:
        if not isinstance(plain, list):
            raise ValueError(f"{where} must be a list. Received: {describe(plain)}")
        inner = typing.get_args(kind)[0]
        return tuple(from_dict(inner, entry, f"{where}[{i}]") for i, entry in enumerate(plain))
    if not dataclasses.is_dataclass(kind):
        return plain
    if not isinstance(plain, dict):
        raise ValueError(
            f"{where} must be an object with named values. Received: {describe(plain)}"
        )
    known = options.fields(kind)
    unknown = sorted(set(plain) - set(known))
    if unknown:
        raise ValueError(f"{where} has no field {describe(unknown[0])}. It has: {', '.join(known)}")
    values = {name: from_dict(known[name].kind, v, f"{where}.{name}") for name, v in plain.items()}
    return kind(**values)
