"""Fields that know their limits: declare, check, write and read frozen dataclasses.

A dataclass says once, beside each field, what it may hold and what it means. Validation,
JSON, `--set` on the command line, links and the sliders of the page are all made from that.
"""

import dataclasses
import json
import math
import typing
from typing import Any

LONGEST = 120  # characters of a value in a sentence that refuses it


def option(default, help, *, limits=None, choices=None, step=None, unit="", length=None):
    """A dataclass field with its meaning and limits.

    Args:
        default: the value a newcomer should have.
        help: one sentence for a page or a terminal.
        limits: (lowest, highest) for numbers, both allowed.
        choices: dict value -> short description, where only some values make sense.
        step: what a slider moves by.
        unit: "pixels", "degrees", ...
        length: (fewest, most) entries, for tuples.
    """
    about = {"help": help, "limits": limits, "choices": choices}
    about |= {"step": step, "unit": unit, "length": length}
    return dataclasses.field(default=default, metadata=about)


def describe(value) -> str:
    """A value for the end of a sentence: as Python writes it, cut where it has no end."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
        text = f"a {type(value).__name__} without end"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def validate(thing) -> None:
    """Refuse a dataclass that holds a value its fields do not allow; make lists tuples.

    Raises:
        ValueError: names the field, what was expected and what came.
    """
    hints = typing.get_type_hints(type(thing))
    for field in dataclasses.fields(thing):
        where = f"{type(thing).__name__}.{field.name}"
        value = _typed(where, getattr(thing, field.name), hints[field.name])
        _within(where, value, field.metadata)
        object.__setattr__(thing, field.name, value)


def _typed(where, value, hint):
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{where} must be a list. Received: {describe(value)}")
        inner = typing.get_args(hint)[0]
        return tuple(_typed(f"{where}[{i}]", v, inner) for i, v in enumerate(value))
    if hint is float and type(value) is int:
        value = _as_float(where, value)
    if type(value) is not hint:
        kind = {
            "int": "a whole number",
            "float": "a number",
            "bool": "true or false",
            "str": "a text",
        }
        kind = kind.get(hint.__name__, f"a {hint.__name__}")
        raise ValueError(f"{where} must be {kind}. Received: {describe(value)}")
    return value


def _as_float(where, value):
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{where} must be a number that fits in 64 bits.") from None


def _within(where, value, about) -> None:
    unit = f" {about['unit']}" if about.get("unit") else ""
    if about.get("choices") and value not in about["choices"]:
        allowed = ", ".join(map(str, about["choices"]))
        raise ValueError(f"{where} must be one of {allowed}. Received: {describe(value)}")
    if about.get("limits"):
        low, high = about["limits"]
        if not (low <= value <= high and math.isfinite(value)):
            raise ValueError(
                f"{where} must be from {low} to {high}{unit}. Received: {describe(value)}"
            )
    if about.get("length"):
        low, high = about["length"]
        if not low <= len(value) <= high:
            raise ValueError(f"{where} must have {low} to {high} entries. Received: {len(value)}")


def to_dict(thing) -> Any:
    """A dataclass as dicts, lists, numbers and strings, for JSON."""
    if dataclasses.is_dataclass(thing):
        return {f.name: to_dict(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, tuple):
        return [to_dict(entry) for entry in thing]
    return thing


def from_dict(kind, plain, where: str = ""):
    """The inverse of `to_plain`. Missing keys take their defaults, unknown ones are refused.

    Raises:
        ValueError: names the key, what was expected and what came.
    """
    where = where or kind.__name__
    if typing.get_origin(kind) is tuple:
        if not isinstance(plain, list):
            raise ValueError(f"{where} must be a list. Received: {describe(plain)}")
        inner = typing.get_args(kind)[0]
        return tuple(from_dict(inner, p, f"{where}[{i}]") for i, p in enumerate(plain))
    if not dataclasses.is_dataclass(kind):
        return plain
    if not isinstance(plain, dict):
        raise ValueError(
            f"{where} must be an object with named values. Received: {describe(plain)}"
        )
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(plain) - set(hints))
    if unknown:
        raise ValueError(f"{where} has no field {describe(unknown[0])}. It has: {', '.join(hints)}")
    return kind(**{k: from_dict(hints[k], v, f"{where}.{k}") for k, v in plain.items()})


def with_values(thing, values: dict[str, str]):
    """A copy in which the fields at some paths hold what the texts say.

    All are set before the whole is checked, so their order doesn't matter where values depend
    on each other.

    Args:
        thing: a dataclass made of options.
        values: dotted path -> the value as a person types it: `recipe.epochs`,
            `network.blocks.0.filters`; the path of a list (`network.blocks`) takes its
            length, or the list as JSON.

    Raises:
        ValueError: names the path, what was expected and what came.
    """
    plain = to_dict(thing)
    for path in sorted(values):  # a list's length comes before its entries
        _put(plain, type(thing), path, values[path])
    return from_dict(type(thing), plain)


def _put(plain, kind, path, text) -> None:
    *parents, last = path.split(".")
    for step in parents:
        plain, kind = _descend(plain, kind, step, path)
    old, hint = _descend(plain, kind, last, path)
    key = int(last) if isinstance(plain, list) else last
    plain[key] = text if hint is str else _resized(path, old, hint, _json(path, text))


def _descend(plain, kind, step, path):
    """The value and the type one step further along a path."""
    if isinstance(plain, list):
        if not (step.isdecimal() and int(step) < len(plain)):
            raise ValueError(
                f"{path}: there are {len(plain)} entries, from 0. Received: {describe(step)}"
            )
        return plain[int(step)], typing.get_args(kind)[0]
    hints = typing.get_type_hints(kind) if dataclasses.is_dataclass(kind) else {}
    if step not in hints:
        known = f" Known here: {', '.join(hints)}" if hints else ""
        raise ValueError(f"{path}: there is no field {describe(step)}.{known}")
    if not isinstance(plain, dict) or step not in plain:  # a shorter path has set what this is in
        raise ValueError(f"{path} must be a field of what is there. Received: {describe(plain)}")
    return plain[step], hints[step]


def _resized(path, old, hint, value):
    if typing.get_origin(hint) is not tuple or type(value) is not int:
        return value
    if not 0 <= value <= 99:  # far above any list here; each list checks its own length
        raise ValueError(f"{path} must have 0 to 99 entries. Received: {value}")
    more = to_dict(typing.get_args(hint)[0]())
    return (old + [dict(more) for _ in range(value)])[:value]


def _json(name, text):
    try:
        return json.loads(text, parse_constant=lambda word: None)
    except (ValueError, RecursionError):
        raise ValueError(
            f"{name} must be a number, true, false or JSON. Received: {describe(text)}"
        ) from None


def changed_values(thing, default) -> dict[str, str]:
    """Where `thing` departs from `default`: dotted path -> text, as `with_values` takes them."""
    found = {}
    for field in dataclasses.fields(thing):
        new, old = getattr(thing, field.name), getattr(default, field.name)
        if dataclasses.is_dataclass(new):
            found |= {f"{field.name}.{k}": v for k, v in changed_values(new, old).items()}
        elif isinstance(new, tuple):
            found |= _list_differences(field.name, new, old)
        elif new != old:
            found[field.name] = new if isinstance(new, str) else json.dumps(new)
    return found


def _list_differences(name, new, old):
    found = {name: str(len(new))} if len(new) != len(old) else {}
    for i, entry in enumerate(new):
        was = old[i] if i < len(old) else type(entry)()
        found |= {f"{name}.{i}.{k}": v for k, v in changed_values(entry, was).items()}
    return found
