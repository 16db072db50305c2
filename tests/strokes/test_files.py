"""Stroke files: what is read of them, and what is refused."""

import json

import numpy as np
import pytest

from mnist_core.strokes.files import NON_DIGIT, parse_drawings, read_drawings, to_line

LINE = {"label": 7, "writer": "me", "strokes": [[[0, 0], [1.5, 2]], [[3, 4]]]}


def encode(*lines):
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    return "\n".join(texts).encode()


def test_what_is_in_the_file_is_read(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_bytes(encode(LINE, "", LINE | {"label": 1, "writer": "you"}))
    one, two = read_drawings(path)
    assert (one.label, one.writer, two.label, two.writer) == (7, "me", 1, "you")
    assert [stroke.tolist() for stroke in one.strokes] == LINE["strokes"]
    assert all(stroke.dtype == np.float64 for stroke in one.strokes)


BAD_STROKES = [
    [],
    [[]],
    [3],
    [[1, 2]],
    [[[1, 2], [3]]],
    [[[1, "2"]]],
    [[[1, None]]],
    [[[1, float("nan")]]],
    [[[1, float("inf")]]],
    [[[1, 1e300]]],
    [[[1, 10**400]]],
    [[[0, 0]] * 20_001],
]

BAD_LINES = [
    *("{", "[1, 2]", "[" * 100_000, {"label": 3}, LINE | {"writer": 3}),
    *(LINE | {"label": label} for label in (10, True, "7")),
    *(LINE | {"strokes": strokes} for strokes in BAD_STROKES),
]


@pytest.mark.parametrize("line", BAD_LINES, ids=lambda line: str(line)[:60])
def test_a_bad_line_is_refused_with_file_and_line(line):
    with pytest.raises(ValueError, match=r"some\.jsonl, line 2"):
        parse_drawings(encode(LINE, line), "some.jsonl")


@pytest.mark.parametrize(("data", "reason"), [(b"", "empty"), (bytes(range(256)), "UTF-8")])
def test_a_file_without_drawings_is_refused_in_words(data, reason):
    with pytest.raises(ValueError, match=reason):
        parse_drawings(data, "some.jsonl")


def test_a_missing_file_is_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.*No such file"):
        read_drawings(tmp_path / "nowhere")


def test_what_is_no_digit_is_there_for_who_asks_for_it_only():
    data = encode(LINE, LINE | {"label": None})
    assert [one.label for one in parse_drawings(data, "some.jsonl")] == [LINE["label"]]
    both = parse_drawings(data, "some.jsonl", with_non_digits=True)
    assert [one.label for one in both] == [LINE["label"], NON_DIGIT]
    assert json.loads(to_line(both[1]))["label"] is None
    with pytest.raises(ValueError, match="must hold drawings of digits"):
        parse_drawings(encode(LINE | {"label": None}), "some.jsonl")
