"""The trash: several runs are deleted at once, and come back exactly as they were."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from kept_runs import finished_run, training_run

from mnist_core.models import index
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.runs import trash

TINY = PRESETS["tiny"]
KILLED_BETWEEN_TWO = """
import os, pathlib
from mnist_core.runs import store
rename = pathlib.Path.rename
def rename_one(path, target):
    if path.name == "two":
        os._exit(9)
    return rename(path, target)
pathlib.Path.rename = rename_one
store.delete("one", "two", "three")
"""


@pytest.fixture
def three(home):
    """Three finished runs, the newest first."""
    return [finished_run(TINY, name) for name in ("one", "two", "three")][::-1]


def content(folder: Path) -> dict:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def listed() -> list[str]:
    return [one.name for one in index.summaries()]


def in_trash() -> list[tuple[str, ...]]:
    return [deletion.names for deletion in run_store.deletions()]


def have_age(deletion, days: float) -> None:
    """Let a deletion be so many days old."""
    then = round(1000 * (time.time() - days * trash.DAY))
    deletion.folder.rename(deletion.folder.with_name(f"{then}-{deletion.folder.name[14:]}"))


def test_runs_deleted_together_are_listed_nowhere_and_come_back_exactly(home, three):
    before = content(home / "runs")
    deletion = run_store.delete("one", three[1])
    assert listed() == [run.name for run in run_store.all_runs()] == ["three"]
    assert {"one", "two"}.isdisjoint(index.models())
    assert [run.exists() for run in three] == [True, False, False]
    assert run_store.restore(deletion) == [three[2], three[1]]
    assert content(home / "runs") == before
    assert listed() == ["three", "two", "one"]
    assert in_trash() == list((home / "trash").iterdir()) == []


def test_one_that_still_trains_keeps_all_from_being_deleted(home, three):
    training_run(TINY, "busy")
    with pytest.raises(run_store.RunError, match="'busy' is waiting or training"):
        run_store.delete("one", "busy")
    assert len(run_store.all_runs()) == 4
    assert in_trash() == []


def test_what_comes_back_to_a_name_that_is_taken_gets_a_number(home, three):
    deletion = run_store.delete("one", "two")
    finished_run(TINY, "one")
    assert {run.name for run in run_store.restore(deletion)} == {"one 2", "two"}
    assert three[2].name == "one 2"


def test_what_is_brought_back_twice_is_refused_in_a_sentence(three):
    deletion = run_store.delete("one")
    run_store.restore(deletion)
    with pytest.raises(run_store.RunError, match="no longer in the trash"):
        run_store.restore(deletion)


def test_runs_come_back_only_as_far_as_runs_can_be_kept(three, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_KEPT_PER_PERSON", "3")
    deletion = run_store.delete("one")
    finished_run(TINY, "new")
    with pytest.raises(run_store.RunError, match="At most 3 of your runs can be kept"):
        run_store.restore(deletion)
    assert in_trash() == [("one",)]


def test_the_trash_empties_itself_after_a_week(home, three):
    have_age(run_store.delete("one"), trash.KEPT_DAYS + 0.1)
    have_age(run_store.delete("two"), trash.KEPT_DAYS - 0.1)
    trash.remove_old(home / "runs")
    assert in_trash() == [("two",)]
    assert len(list((home / "trash").iterdir())) == 1


def test_a_limited_trash_holds_the_newest(home, three, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_KEPT_PER_PERSON", "1")
    have_age(run_store.delete("three"), 1)
    run_store.delete("one", "two")  # more than the limit, but the last
    assert in_trash() == [("one", "two")]


def test_a_kill_between_two_moves_loses_nothing(home, three):
    before = content(home / "runs")
    killed = subprocess.run([sys.executable, "-c", KILLED_BETWEEN_TWO], check=False)
    assert killed.returncode == 9
    assert listed() == ["three", "two"]
    (deletion,) = run_store.deletions()
    run_store.restore(deletion)
    assert content(home / "runs") == before


def test_an_error_at_the_second_leaves_all_where_they_were(home, three, monkeypatch):
    before, rename = content(home), Path.rename

    def refuse(path, target):
        if path.name == "two":
            raise PermissionError("read only")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError, match="read only"):
        run_store.delete("one", "two")
    assert content(home) == before
    assert list((home / "trash").iterdir()) == []


def test_what_others_put_into_the_trash_stays_and_is_never_offered(home, three):
    foreign = home / "trash" / "holiday pictures"
    foreign.mkdir(parents=True)
    deletion = run_store.delete("one")
    (deletion.folder / ".notes").write_text("mine")
    trash.remove_old(home / "runs")
    assert in_trash() == [("one",)]
    assert foreign.is_dir()
    assert [run.name for run in run_store.restore(deletion)] == ["one"]


def test_a_damaged_run_comes_back_as_damaged_as_it_was(home, three):
    (three[0].folder / "status.json").write_text("{")
    before = content(home / "runs")
    run_store.restore(run_store.delete("three"))
    assert content(home / "runs") == before


def test_a_trash_that_is_no_folder_deletes_nothing(home, three):
    (home / "trash").write_text("a file")
    with pytest.raises(OSError):
        run_store.delete("one")
    assert in_trash() == []
    assert len(run_store.all_runs()) == 3


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_runs_to_read_only_keeps_its_runs(home, three):
    (home / "runs").chmod(0o500)
    try:
        with pytest.raises(OSError):
            run_store.delete("one", "two")
    finally:
        (home / "runs").chmod(0o700)
    assert len(run_store.all_runs()) == 3
    assert in_trash() == []
