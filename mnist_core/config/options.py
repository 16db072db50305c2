"""Options: fields of a dataclass, declared with their limits and meaning and found by their path.

A dataclass says once, beside each field, what it may hold and what it means. Validation, JSON,
`--set` on the command line, links and the sliders of the page are all made from that.
"""

import dataclasses
import functools
import typing
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Option(NamedTuple):
    """A field: what it may hold and what it means; see `option`."""

    name: str
    kind: Any  # its type
    default: Any
    help: str = ""
    limits: tuple | None = None
    choices: dict | None = None
    step: float | None = None
    unit: str = ""
    length: tuple[int, int] | None = None

    @property
    def inner(self):
        """The type of a list's entries, else that of the field itself."""
        return typing.get_args(self.kind)[0] if self.length else self.kind


def option(default, help, *, limits=None, choices=None, step=None, unit="", length=None) -> Any:
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


@functools.cache
def fields(kind) -> Mapping[str, Option]:
    """The options of a dataclass by their names, as declared."""
    hints = typing.get_type_hints(kind)
    return MappingProxyType({
        field.name: Option(field.name, hints[field.name], field.default, **field.metadata)
        for field in dataclasses.fields(kind)
    })  # fmt: skip


@functools.cache
def options(kind) -> Mapping[str, Option]:
    """The options of a dataclass and of all in it, by their dotted paths, as declared.

    network, network.blocks, network.blocks.0.filters, ...: as many entries as a list may have.
    """
    known = {}
    for name, option in fields(kind).items():
        known[name] = option
        entries = range(option.length[1]) if option.length else ()
        if dataclasses.is_dataclass(option.inner):
            for prefix in [f"{name}.{i}" for i in entries] or [name]:
                known |= {f"{prefix}.{path}": o for path, o in options(option.inner).items()}
    return MappingProxyType(known)
