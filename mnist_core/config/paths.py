"""An experiment's fields by their dotted paths: recipe.epochs, network.blocks.0.filters.

Links, `--set`, sweeps, tables and the form all name a field by its path.
"""

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

from mnist_core.config import validation
from mnist_core.config.options import Option, fields, options
from mnist_core.config.validation import describe, from_dict, to_dict

MAX_ENTRIES = 99  # far above any list here; each list checks its own length


def flatten(instance, prefix: str = "") -> dict[str, Any]:
    """All values of a dataclass: path -> value; a list by its length, then its entries."""
    values = {}
    for name, option in fields(type(instance)).items():
        value, path = getattr(instance, name), f"{prefix}{name}"
        if option.length:
            values[path] = len(value)
            for number, entry in enumerate(value):
                values |= flatten(entry, f"{path}.{number}.")
        elif dataclasses.is_dataclass(value):
            values |= flatten(value, f"{path}.")
        else:
            values[path] = value
    return values


def locate(plain, path: str) -> tuple[Any, Any]:
    """The dict or list in which the value at a path is, and its key there.

    Raises:
        ValueError: there is no such value; names the path.
    """
    *parents, last = path.split(".")
    for step in parents:
        plain = plain[_key(plain, step, path)]
    return plain, _key(plain, last, path)


def _key(plain, step, path):
    if isinstance(plain, list):
        if step.isdecimal() and int(step) < len(plain):
            return int(step)
        raise ValueError(
            f"{path}: there is no entry {describe(step)}. Entries here: {len(plain)}, from 0 on"
        )
    if isinstance(plain, dict) and step in plain:
        return step
    names = [key for key in plain if key.isidentifier()] if isinstance(plain, dict) else []
    known = f" Known here: {', '.join(names)}" if names else ""
    raise ValueError(f"{path}: there is no field {describe(step)}.{known}")


def with_values(instance, values: dict[str, str]):
    """A copy with other values at some paths.

    All are set before the whole is checked, so their order doesn't matter where values depend
    on each other.

    Args:
        instance: a dataclass of options.
        values: path -> the value as a person types it; the path of a list (`network.blocks`)
            takes its length, or the list as JSON.

    Raises:
        ValueError: names the path, what was expected and what came.
    """
    plain = to_dict(instance)
    for path in sorted(values):  # a list's length comes before its entries
        holder, key = locate(plain, path)
        option = options(type(instance)).get(path)
        holder[key] = _parse(path, option, holder[key], values[path])
    return from_dict(type(instance), plain)


def _parse(path, option, old, text):
    if option and option.kind is str:
        return text
    try:
        value = json.loads(text, parse_constant=lambda word: None)
    except (ValueError, RecursionError):
        raise ValueError(
            f"{path} must be {_expected(option)}. Received: {describe(text)}"
        ) from None
    if not (option and option.length and type(value) is int and isinstance(old, list)):
        return value
    if not 0 <= value <= MAX_ENTRIES:
        raise ValueError(f"{path} must have 0 to {MAX_ENTRIES} entries. Received: {value}")
    return resize(option, old, value)


def _expected(option) -> str:
    if option is None:  # an entry of a list, as a whole
        return "an object as JSON"
    if option.length:
        return "its number of entries, or a list as JSON"
    return validation.expected(option.kind)


def resize(option: Option, entries: list[dict], count: int) -> list[dict]:
    """A list of so many entries: those that are there, then defaults."""
    return (entries + [to_dict(option.inner()) for _ in range(count)])[:count]


def changed_values(instance) -> dict[str, str]:
    """The values that are not the defaults: path -> text, as `with_values` takes them."""
    known, changed = options(type(instance)), {}
    for path, value in flatten(instance).items():
        default = known[path].default
        if value != (len(default) if known[path].length else default):
            changed[path] = value if isinstance(value, str) else json.dumps(value)
    return changed


def sort_paths(kind, paths: Iterable[str]) -> list[str]:
    """Paths as the dataclass declares them, whichever instances they come from."""
    return sorted(paths, key=list(options(kind)).index)
