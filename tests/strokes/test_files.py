"""Stroke files: what is read of them, and what is refused."""

import json

import numpy as np
import pytest

from mnist_core.strokes import files as stroke_files


def a_file(tmp_path, *lines):
    path = tmp_path / "some.jsonl"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )
    return path


def a_line(**changes):
    return {"label": 7, "writer": "me", "strokes": [[[0, 0], [1.5, 2]], [[3, 4]]]} | changes


def test_what_is_in_the_file_is_read(tmp_path):
    one, two = stroke_files.read_drawings(
        a_file(tmp_path, a_line(), "", a_line(label=1, writer="you"))
    )
    assert (one.label, one.writer, two.label, two.writer) == (7, "me", 1, "you")
    assert [stroke.tolist() for stroke in one.strokes] == a_line()["strokes"]
    assert all(stroke.dtype == np.float64 for stroke in one.strokes)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1, 2]",
        "[" * 100_000,
        {"label": 3},
        a_line(label=10),
        a_line(label=True),
        a_line(label="7"),
        a_line(writer=3),
        a_line(strokes=[]),
        a_line(strokes=[[]]),
        a_line(strokes=[3]),
        a_line(strokes=[[1, 2]]),
        a_line(strokes=[[[1, 2], [3]]]),
        a_line(strokes=[[[1, "2"]]]),
        a_line(strokes=[[[1, None]]]),
        a_line(strokes=[[[1, float("nan")]]]),
        a_line(strokes=[[[1, float("inf")]]]),
        a_line(strokes=[[[1, 1e300]]]),
        a_line(strokes=[[[1, 10**400]]]),
        a_line(strokes=[[[0, 0]] * 20_001]),
    ],
)
def test_a_bad_line_is_refused_with_file_and_line(tmp_path, line):
    with pytest.raises(ValueError, match=r"some\.jsonl, line 2"):
        stroke_files.read_drawings(a_file(tmp_path, a_line(), line))


def test_a_file_without_drawings_is_refused(tmp_path):
    with pytest.raises(ValueError, match="empty"):
        stroke_files.read_drawings(a_file(tmp_path, ""))


def test_a_missing_file_is_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.*No such file"):
        stroke_files.read_drawings(tmp_path / "nowhere")


def test_a_binary_file_is_refused_in_words(tmp_path):
    path = tmp_path / "binary"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(ValueError, match="UTF-8"):
        stroke_files.read_drawings(path)
