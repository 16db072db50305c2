"""A drawing that its person kept, as a line of their file holds it."""

import json
import re
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from mnist_core.strokes import files
from mnist_core.strokes.files import Drawing

MAX_TEXT = 60  # characters of a model's name, and of what it read
ID = re.compile(r"[0-9a-f]{16}")


class KeptDrawing(NamedTuple):
    """A drawing that its person kept."""

    id: str  # 16 hexadecimal digits
    drawing: Drawing
    time: float  # unix time at which it was kept; 0: not known
    model: str  # the name of the model that read it; may be empty
    read_as: str  # what that read; may be empty


class KeptDrawings(NamedTuple):
    """All that a person kept, the oldest first."""

    drawings: tuple[KeptDrawing, ...]
    damaged: int  # lines that can't be read

    def digits(self) -> list[KeptDrawing]:
        """Those of a digit."""
        return [one for one in self.drawings if one.drawing.label != files.NON_DIGIT]

    def sentence(self) -> str:
        """What is to be said of damaged lines; empty where there are none."""
        if not self.damaged:
            return ""
        lines = "A line" if self.damaged == 1 else f"{self.damaged} lines"
        return f"{lines} of your drawings can't be read; the others are all here."


def parse_all(lines: Iterable[str]) -> KeptDrawings:
    """The drawings of lines; a damaged one costs that drawing alone."""
    drawings, damaged = [], 0
    for number, line in enumerate(lines, start=1):
        try:
            drawings.append(parse(f"drawings.jsonl, line {number}", line))
        except ValueError:
            damaged += 1
    return KeptDrawings(tuple(drawings), damaged)


def parse(where: str, line: str) -> KeptDrawing:
    """The drawing on a line.

    Args:
        where: what errors call the line.

    Raises:
        ValueError: it isn't one; says what was expected and what came.
    """
    drawing = files.parse_line(where, line)
    plain = json.loads(line)
    when = plain.get("time")
    when = float(when) if type(when) in (int, float) and 0 <= when < 1e11 else 0.0
    texts = (_text(plain.get(field)) for field in ("model", "read"))
    if not id_in(line):
        raise ValueError(f"{where} must have an id of 16 hexadecimal digits.")
    return KeptDrawing(plain["id"], drawing, when, *texts)


def _text(value) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) and value.isprintable() else ""


def id_in(line: str) -> str:
    """The id on a line; empty where it has none, or is no drawing."""
    found = field(line, "id")
    return found if ID.fullmatch(found) else ""


def field(line: str, name: str) -> str:
    """A field of a line, what is no text as JSON; empty where there is none."""
    try:
        value = json.loads(line).get(name, "")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def with_id(plain: dict) -> str:
    """A line of any stroke file as one that is kept, with the fields that are known here."""
    found = plain.get("id")
    if not (isinstance(found, str) and ID.fullmatch(found)):
        plain["id"] = secrets.token_hex(8)
    known = ("label", "writer", "strokes", "id", "time", "model", "read")
    return json.dumps({field: plain[field] for field in known if field in plain})
