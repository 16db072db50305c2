"""Every field of an experiment by its dotted path: its words, its meaning, its value."""

import dataclasses
import typing
from typing import Any

from mnist_core.config.schema import Experiment

LABELS = {
    "blocks": "Convolution blocks",
    "dense": "Dense layers",
    "head": "From maps to numbers",
    "kernel_size": "Kernel size",
    "pool_size": "Max pooling",
    "train_images": "Training images",
    "validation": "Validation",
    "warmup": "Warm-up",
    "data": "Data set",
}
ENTRIES = {"blocks": "Block", "dense": "Dense"}  # what one entry of a list is called
MISSING = "–"  # in place of a value that an experiment has no room for


def label(name: str) -> str:
    """A field's name as the form writes it: kernel_size -> Kernel size."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def path_label(path: str) -> str:
    """A path as a person says it: network.blocks.2.filters -> Block 3: filters."""
    *parents, name = path.split(".")
    if parents and parents[-1].isdecimal():
        return f"{ENTRIES[parents[-2]]} {int(parents[-1]) + 1}: {_small(label(name))}"
    if "augmentation" in parents:
        return f"Augmentation: {_small(label(name))}"
    return label(name)


def _small(text) -> str:
    return text[0].lower() + text[1:]


def field_info(path: str) -> dict[str, Any]:
    """What is declared beside the field at a path: help, limits, choices, unit, ...

    Raises:
        KeyError: there is no such field.
    """
    kind, found = Experiment, None
    for step in path.split("."):
        if step.isdecimal() and typing.get_origin(kind) is tuple:
            kind, found = typing.get_args(kind)[0], None
            continue
        known = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
        found = {field.name: field for field in known}[step]
        kind = typing.get_type_hints(kind)[step]
    return dict(found.metadata) if found else {}


def flatten(experiment: Experiment) -> dict[str, Any]:
    """All that an experiment says: path -> value; a list by its length, then its entries."""
    return _values(experiment, "")


def _values(thing, path) -> dict:
    found = {}
    for field in dataclasses.fields(thing):
        value, here = getattr(thing, field.name), f"{path}{field.name}"
        if dataclasses.is_dataclass(value):
            found |= _values(value, f"{here}.")
        elif isinstance(value, tuple):
            found[here] = len(value)
            for i, entry in enumerate(value):
                found |= _values(entry, f"{here}.{i}.")
        else:
            found[here] = value
    return found


def sort_paths(paths: typing.Iterable[str]) -> list[str]:
    """Paths as the dataclasses declare them, whichever experiments they come from."""
    return sorted(paths, key=_sort_key)


def _sort_key(path) -> tuple[int, ...]:
    kind, place = Experiment, []
    for step in path.split("."):
        if step.isdecimal():
            place.append(int(step))
            kind = typing.get_args(kind)[0]
        else:
            hints = typing.get_type_hints(kind)
            place.append(list(hints).index(step))
            kind = hints[step]
    return tuple(place)


def format_value(path: str, value) -> str:
    """A value in words; `MISSING` for None."""
    if value is None:
        return MISSING
    choices = field_info(path).get("choices")
    if choices and not isinstance(value, str):
        return choices[value]
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return value if isinstance(value, str) else f"{value:,}"
