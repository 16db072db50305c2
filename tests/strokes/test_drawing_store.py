"""A person's own drawings: kept, listed, deleted, exported and imported, whatever goes wrong."""

import json
import threading

import numpy as np
import pytest

from mnist_core.strokes import drawing_store
from mnist_core.strokes.drawing_store import DrawingStoreError
from mnist_core.strokes.files import NON_DIGIT, parse_drawings
from mnist_core.system import users

STROKES = [np.array([[10.0, 20.0], [30.26, 40.0]]), np.array([[5.0, 5.0]])]
LINE = {"label": 7, "writer": "me", "strokes": [[[0, 0], [1.5, 2]], [[3, 4]]]}


def encode(*lines):
    return "\n".join(json.dumps(line) for line in lines).encode()


def labels():
    return [kept.drawing.label for kept in drawing_store.load().drawings]


def test_without_any_there_are_none_and_nothing_is_made(home):
    assert drawing_store.load() == ((), 0)
    assert not home.exists()


def test_a_kept_drawing_is_there_with_when_and_what_was_read(home):
    kept = drawing_store.keep(8, STROKES, "reader", "3")
    (found,) = drawing_store.load().drawings
    assert (found.id, found.time) == (kept.id, kept.time)
    assert (found.drawing.label, found.model, found.read_as) == (8, "reader", "3")
    assert [stroke.tolist() for stroke in found.drawing.strokes] == [
        [[10.0, 20.0], [30.3, 40.0]],
        [[5.0, 5.0]],
    ]


def test_the_file_is_a_stroke_file(home):
    drawing_store.keep(8, STROKES)
    (drawing,) = parse_drawings((home / "drawings.jsonl").read_bytes(), "mine")
    assert drawing.label == 8


@pytest.mark.parametrize(("label", "strokes"), [(10, STROKES), (3, []), (3, [np.zeros((0, 2))])])
def test_what_is_no_drawing_of_a_digit_is_refused_and_not_kept(home, label, strokes):
    with pytest.raises(ValueError, match="The drawing"):
        drawing_store.keep(label, strokes)
    assert labels() == []


def test_one_is_deleted_and_the_others_stay(home):
    ids = [drawing_store.keep(label, STROKES).id for label in (1, 2, 3)]
    assert drawing_store.delete([ids[1], "0" * 16]) == 1
    assert labels() == [1, 3]


def test_all_are_deleted_and_no_file_is_left(home):
    drawing_store.keep(1, STROKES)
    drawing_store.delete_all()
    assert labels() == []
    assert not (home / "drawings.jsonl").exists()


def test_a_damaged_line_is_said_and_the_rest_is_kept(home):
    drawing_store.keep(1, STROKES)
    with (home / "drawings.jsonl").open("ab") as file:
        file.write(b'{"label": 4, "stro\xff\n[[[[\n')
    drawing_store.keep(2, STROKES)
    found = drawing_store.load()
    assert labels() == [1, 2]
    assert found.sentence() == "2 lines of your drawings can't be read; the others are all here."
    drawing_store.delete([found.drawings[0].id])
    assert labels() == [2]


def test_an_export_holds_what_can_be_read_and_comes_back_once(home):
    drawing_store.keep(1, STROKES, "reader", "7")
    with (home / "drawings.jsonl").open("ab") as file:
        file.write(b"damaged\n")
    exported = drawing_store.export_bytes()
    before = drawing_store.load().drawings[0]
    assert drawing_store.import_bytes(exported, "mine.jsonl") == 0
    drawing_store.delete_all()
    assert drawing_store.import_bytes(exported, "mine.jsonl") == 1
    (after,) = drawing_store.load().drawings
    assert after[0] == before[0]
    assert after[2:] == before[2:]


def test_any_stroke_file_is_imported(home):
    assert drawing_store.import_bytes(encode(LINE, LINE | {"more": [1]}), "some.jsonl") == 2
    assert labels() == [7, 7]
    assert b"more" not in drawing_store.export_bytes()


def test_of_a_bad_file_nothing_is_imported(home):
    with pytest.raises(ValueError, match=r"some\.jsonl, line 2: label must be"):
        drawing_store.import_bytes(encode(LINE, LINE | {"label": 12}), "some.jsonl")
    assert labels() == []


def test_no_more_are_kept_than_may_be(home, monkeypatch):
    monkeypatch.setattr(drawing_store, "MAX_DRAWINGS", 2)
    drawing_store.keep(1, STROKES)
    with pytest.raises(DrawingStoreError, match=r"At most 2 of your drawings are kept"):
        drawing_store.import_bytes(encode(LINE, LINE), "some.jsonl")
    drawing_store.keep(2, STROKES)
    with pytest.raises(DrawingStoreError, match="delete some first"):
        drawing_store.keep(3, STROKES)
    assert labels() == [1, 2]


def test_they_take_no_more_room_than_they_may(home, monkeypatch):
    monkeypatch.setattr(drawing_store, "MAX_BYTES", 300)
    drawing_store.keep(1, STROKES)
    with pytest.raises(DrawingStoreError, match="in all: delete some first"):
        drawing_store.keep(2, [np.zeros((100, 2))])
    assert labels() == [1]


def test_people_have_their_own(home):
    one, other = users.user_id("one"), users.user_id("other")
    with users.as_user(one):
        drawing_store.keep(1, STROKES)
    with users.as_user(other):
        assert labels() == []
        drawing_store.delete_all()
    with users.as_user(one):
        assert labels() == [1]


def test_of_drawings_kept_at_the_same_time_none_is_lost(home):
    threads = [
        threading.Thread(target=drawing_store.keep, args=(label, STROKES)) for label in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(labels()) == list(range(10))


def test_a_test_set_is_a_file_of_its_own(home):
    drawing_store.keep(1, STROKES)
    kept = drawing_store.keep(2, STROKES[:1], file=drawing_store.TO_TEST)
    assert [one.id for one in drawing_store.load(drawing_store.TO_TEST).drawings] == [kept.id]
    assert labels() == [1]
    drawing_store.delete_all(drawing_store.TO_TEST)
    assert labels() == [1]


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (drawing_store.TO_LEARN, drawing_store.TO_TEST, "one to learn from, so it can't be in"),
        (drawing_store.TO_TEST, drawing_store.TO_LEARN, "nothing is learned from that"),
    ],
)
def test_no_drawing_is_both_learned_from_and_tested_on(home, first, second, sentence):
    drawing_store.keep(1, STROKES, file=first)
    with pytest.raises(DrawingStoreError, match=sentence):
        drawing_store.keep(7, STROKES, file=second)
    exported = drawing_store.export_bytes(first)
    assert drawing_store.import_bytes(exported, "mine.jsonl", second) == 0
    assert drawing_store.load(second).drawings == ()


def test_what_is_no_digit_is_kept_as_that(home):
    drawing_store.keep(None, STROKES)
    exported = drawing_store.export_bytes()
    drawing_store.delete_all()
    assert drawing_store.import_bytes(exported, "mine.jsonl") == 1
    assert labels() == [NON_DIGIT]
