"""What may have become of a small file that a run keeps, and the fields of such files."""

import json

DEEP = "[" * 100_000
VALUES = [None, True, -1, 5, 10**400, 1e400, float("nan"), "x", "", [], [1], {}, {"loss": 1}]


def _in_place(damage):
    """A damage that replaces the file's content by these bytes."""
    return lambda path: path.write_bytes(damage)


def _as_folder(path):
    path.unlink()
    path.mkdir()


def _as_broken_link(path):
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


FILES = {
    "missing": lambda path: path.unlink(),
    "empty": _in_place(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "not JSON": _in_place(b"{'a': 1}"),
    "not UTF-8": _in_place(b'{"state": "\xff\xfe"}'),
    "deep": _in_place(DEEP.encode()),
    "a list": _in_place(b"[1, 2]"),
    "a number": _in_place(b"5"),
    "null": _in_place(b"null"),
    "an empty object": _in_place(b"{}"),
    "zeros": _in_place(bytes(500)),
    "a folder": _as_folder,
    "a broken link": _as_broken_link,
}


def with_value(path, field, value):
    """Put a value into a field of a JSON file, "test.accuracy" being one within another."""
    content = json.loads(path.read_text())
    *parents, last = field.split(".")
    inner = content
    for name in parents:
        inner = inner[name]
    inner[last] = value
    path.write_text(json.dumps(content))


def without(path, field):
    """Remove a field of a JSON file."""
    content = json.loads(path.read_text())
    del content[field]
    path.write_text(json.dumps(content))
