"""Checking dataclasses of options, and turning them into plain values and back."""

import dataclasses
import math
import typing
from typing import Any

from mnist_core.config import options

MAX_VALUE_LENGTH = 120  # characters of a value in a sentence that refuses it
KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


class FieldError(ValueError):
    """A dataclass can't hold the value of a field; the message says which, and what it may be."""

    def __init__(self, kind: type, field: str, rule: str):
        super().__init__(f"{kind.__name__}.{field} {rule}")
        self.field, self.rule = field, rule


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
        FieldError: names the field, what was expected and what came.
    """
    kind = type(instance)
    for name, option in options.fields(kind).items():
        try:
            value = _typed(getattr(instance, name), option.kind)
            _check_limits(value, option)
        except ValueError as rule:
            raise FieldError(kind, name, str(rule)) from None
        object.__setattr__(instance, name, value)


def expected(kind) -> str:
    """What a value of this type is, in words."""
    if dataclasses.is_dataclass(kind):
        return "an object with named values"
    return KINDS.get(kind, "a list")


def _refuse(rule: str, value):
    raise ValueError(f"must {rule}. Received: {describe(value)}")


def _typed(value, kind):
    if typing.get_origin(kind) is tuple and isinstance(value, list | tuple):
        return tuple(_typed(entry, typing.get_args(kind)[0]) for entry in value)
    if kind is float and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            _refuse("be a number that fits in 64 bits", value)
    if type(value) is not kind:
        _refuse(f"be {expected(kind)}", value)
    return value


def _check_limits(value, option) -> None:
    if option.choices and value not in option.choices:
        _refuse(f"be one of {', '.join(map(str, option.choices))}", value)
    if option.limits:
        low, high = option.limits
        if not (low <= value <= high and math.isfinite(value)):
            _refuse(f"be from {low} to {high} {option.unit}".rstrip(), value)
    if option.length:
        low, high = option.length
        if not low <= len(value) <= high:
            _refuse(f"have {low} to {high} entries", len(value))


def to_dict(instance) -> Any:
    """A dataclass as dicts, lists, numbers and strings, for JSON."""
    if dataclasses.is_dataclass(instance):
        return {name: to_dict(getattr(instance, name)) for name in options.fields(type(instance))}
    if isinstance(instance, tuple):
        return [to_dict(entry) for entry in instance]
    return instance


def from_dict(kind, plain, path: str = ""):
    """The inverse of `to_dict`. Missing keys take their defaults, unknown ones are refused.

    Args:
        path: of `plain` in the whole, dotted, as errors name it.

    Raises:
        ValueError: names the field by its path, what was expected and what came.
    """
    where = path or f"The {kind.__name__.lower()}"
    if typing.get_origin(kind) is tuple:
        if not isinstance(plain, list):
            raise ValueError(f"{where} must be a list. Received: {describe(plain)}")
        inner = typing.get_args(kind)[0]
        return tuple(from_dict(inner, entry, f"{path}.{i}") for i, entry in enumerate(plain))
    if not dataclasses.is_dataclass(kind):
        return plain
    if not isinstance(plain, dict):
        raise ValueError(
            f"{where} must be an object with named values. Received: {describe(plain)}"
        )
    known, prefix = options.fields(kind), f"{path}." if path else ""
    unknown = sorted(set(plain) - set(known))
    if unknown:
        raise ValueError(f"{where} has no field {describe(unknown[0])}. It has: {', '.join(known)}")
    values = {name: from_dict(known[name].kind, v, f"{prefix}{name}") for name, v in plain.items()}
    try:
        return kind(**values)
    except FieldError as error:
        raise ValueError(f"{prefix}{error.field} {error.rule}") from None
