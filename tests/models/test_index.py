"""The index of runs tells what the folders hold, whoever changes them, and reads none in vain."""

import importlib
import json
import shutil
import threading

import pytest
from damages import FILES, with_value
from kept_models import SMALL, keep, make_card
from small_runs import output_of, start_python

from mnist_core.models import bundle_import, export, index
from mnist_core.models import store as model_store
from mnist_core.runs import index_file, run_id
from mnist_core.runs import store as run_store

LOOK = """
    from mnist_core.models import index
    index.TIME_RESOLUTION = -1
    {more}
    print(*(f"{{one.name}} {{one.state}}" for one in index.summaries()), sep=", ")
"""
ALL = ["third", "second", "first"]


@pytest.fixture(autouse=True)
def quick_clock(monkeypatch):
    """Every change leaves another time, so that a row holds from the start."""
    monkeypatch.setattr(index, "TIME_RESOLUTION", -1)


@pytest.fixture
def runs():
    return [keep(name) for name in ("first", "second", "third")]


def refuse(path):
    raise OSError(28, "No space left on device")


def count_reads(monkeypatch):
    names, read = [], index.summarize
    monkeypatch.setattr(index, "summarize", lambda run: names.append(run.name) or read(run))
    return names


@pytest.fixture
def reads(monkeypatch):
    """The names of the runs that are read, as they are."""
    return count_reads(monkeypatch)


@pytest.fixture
def next_process(monkeypatch):
    """A function: forget what is in memory, as another process begins; it returns its `reads`."""

    def begin():
        importlib.reload(index)
        monkeypatch.setattr(index, "TIME_RESOLUTION", -1)
        return count_reads(monkeypatch)

    return begin


def names():
    return [one.name for one in index.summaries()]


def named(name):
    return next(one for one in index.summaries() if one.name == name)


def look_in_another_process(more=""):
    return output_of(start_python(LOOK.format(more=more))).strip()


def test_all_runs_are_there_the_newest_first(runs):
    run_store.create(SMALL, "waits")
    assert [one.run for one in index.summaries()] == run_store.all_runs()
    assert names() == ["waits", "third", "second", "first"]


def test_the_first_look_goes_on_behind_and_says_how_far_it_is(runs, monkeypatch):
    read, second, go_on = index.summarize, threading.Event(), threading.Event()
    asked = []

    def read_slowly(run):
        asked.append(run)
        if len(asked) == 2:
            second.set()
            assert go_on.wait(120)
        return read(run)

    monkeypatch.setattr(index, "summarize", read_slowly)
    look = index.first_look()
    assert second.wait(120)
    assert not look.wait(0)
    assert (look.done, look.total) == (1, 3)
    assert look.seconds_left() > 0
    go_on.set()
    assert look.wait(120)
    assert index.first_look() is look
    assert names() == ALL


def test_a_summary_is_what_the_files_say(runs):
    found, card = named("second"), model_store.card("second")
    assert (found.run, found.id) == (runs[1], runs[1].id)
    assert (found.state, found.created) == ("finished", runs[1].status()["created"])
    assert (found.test, found.seconds) == (card["test"], card["seconds"])
    assert found.parameters == card["parameters"]
    assert (found.has_model, found.description, found.errors) == (True, "its own", ())


def test_the_models_are_the_runs_that_have_one_and_those_that_ship(runs):
    run_store.create(SMALL, "waits")
    assert list(index.models()) == model_store.names()
    assert list(index.models().values()) == model_store.all_models()


def test_a_run_that_has_ended_is_read_once(runs, reads):
    for _ in range(3):
        index.summaries()
    assert sorted(reads) == ["first", "second", "third"]


def test_a_run_that_waits_is_not_read_again_as_long_as_nothing_changes(reads):
    run_store.create(SMALL, "waits")
    for _ in range(3):
        index.summaries()
    assert reads == ["waits"]


def test_a_state_that_could_not_be_written_shows_all_the_same(monkeypatch):
    run = run_store.create(SMALL, "trains")
    run.set_status("training")
    assert named("trains").state == "training"
    with monkeypatch.context() as full_disk:
        full_disk.setattr("mnist_core.system.atomic_files.replace", refuse)
        with pytest.raises(OSError):
            run.set_status("interrupted")
    assert named("trains").state == "interrupted"


def test_a_run_that_goes_on_is_followed(runs):
    run = run_store.create(SMALL, "trains")
    for state in ("queued", "training", "finished"):
        run.set_status(state, sentence=state)
        assert (named("trains").state, named("trains").sentence) == (state, state)
    assert names()[0] == "trains"


def test_a_run_that_was_stopped_while_it_waited_is_no_more_waiting():
    run = run_store.create(SMALL, "waits")
    assert named("waits").state == "queued"
    run.request_stop()
    assert named("waits").state == "stopped"


def test_what_is_deleted_or_renamed_or_imported_shows_at_once(runs, reads):
    assert names() == ALL
    run_store.delete("second")
    assert names() == ["third", "first"]
    run_store.rename("first", "best")
    assert names() == ["third", "best"]
    assert named("best").run == runs[0]
    bundle_import.import_bundle(export.to_bytes("third", "bundle"), "theirs")
    assert set(names()) == {"theirs", "third", "best"}
    assert sorted(reads) == ["best", "first", "second", "theirs", "third"]


def test_the_next_run_of_a_name_is_not_taken_for_the_one_before(runs):
    before = named("second")
    run_store.delete("second")
    run_store.create(SMALL, "second")
    after = named("second")
    assert after.run != before.run
    assert (after.state, after.test) == ("queued", {})


def test_two_runs_that_change_names_are_not_mixed_up(runs):
    index.summaries()
    run_store.rename("first", "other")
    run_store.rename("second", "first")
    run_store.rename("other", "second")
    assert [named(name).run for name in ("first", "second")] == [runs[1], runs[0]]


def test_what_a_shell_changes_in_a_file_shows_at_once_in_a_list_of_some(runs):
    index.summaries()
    with_value(runs[0].folder / "card.json", "test.accuracy", 0.25)
    assert named("first").test["accuracy"] == 0.25


@pytest.mark.parametrize(("interval", "shown"), [(0, [2, 4, 6, 7]), (3600, [2, 2, 2, 2])])
def test_what_a_shell_changes_in_a_file_shows_a_few_looks_later_in_a_list_of_many(
    monkeypatch, interval, shown
):
    monkeypatch.setattr(index, "CHECKED_AT_ONCE", 2)
    monkeypatch.setattr(index, "CHECK_INTERVAL", interval)
    kept = [keep(f"run {number}") for number in range(7)]
    index.summaries()
    for run in kept:
        with_value(run.folder / "card.json", "test.accuracy", 0.25)
    changed = [[one.test["accuracy"] for one in index.summaries()].count(0.25) for _ in range(4)]
    assert changed == shown


def test_a_folder_that_is_looked_at_while_it_is_copied_shows_once_it_is_whole(runs):
    copy = runs[0].folder.with_name("copy")
    copy.mkdir()
    assert "copy" not in names()
    for path in runs[0].folder.iterdir():
        shutil.copy2(path, copy / path.name)
    run_id.write(copy)
    assert "copy" in names()


def test_a_run_whose_model_is_taken_away_has_none(runs):
    assert "first" in index.models()
    (runs[0].folder / "model.keras").unlink()
    assert "first" not in index.models()


def test_a_folder_of_runs_that_is_gone_is_empty(runs, home):
    index.summaries()
    shutil.rmtree(home / "runs")
    assert names() == []


def test_the_next_process_reads_no_run_that_has_ended(runs, next_process):
    before = index.summaries()
    reads = next_process()
    assert list(map(tuple, index.summaries())) == list(map(tuple, before))
    assert reads == []


def test_the_next_process_sees_what_has_changed_in_between(runs, next_process):
    index.summaries()
    run_store.delete("first")
    run_store.rename("second", "best")
    with_value(runs[2].folder / "card.json", "test.accuracy", 0.25)
    reads = next_process()
    assert names() == ["third", "best"]
    assert named("third").test["accuracy"] == 0.25
    assert sorted(reads) == ["best", "third"]


@pytest.mark.slow
def test_another_process_changes_what_this_one_shows(runs):
    index.summaries()
    more = (
        "from mnist_core.runs import store; store.delete('second'); store.rename('third', 'best')"
    )
    assert look_in_another_process(more) == "best finished, first finished"
    assert names() == ["best", "first"]


def test_another_version_of_the_program_reads_anew(runs, next_process, monkeypatch):
    index.summaries()
    reads = next_process()
    monkeypatch.setattr("zlib.crc32", lambda data: 0)
    assert names() == ALL
    assert sorted(reads) == sorted(ALL)


@pytest.mark.parametrize("damage", sorted(FILES))
def test_a_damaged_index_is_made_anew(runs, next_process, damage):
    index.summaries()
    FILES[damage](index_file.path())
    next_process()
    assert names() == ALL
    reads = next_process()
    assert names() == ALL
    # A folder in its place is somebody's, and stays
    assert sorted(reads) == (sorted(ALL) if damage == "a folder" else [])


def test_an_index_that_is_damaged_within_is_made_anew(next_process):
    kept = {keep(f"run {number}").name for number in range(40)}
    index.summaries()
    path = index_file.path()
    path.write_bytes(path.read_bytes()[:4096] + bytes(4096) + path.read_bytes()[8192:])
    next_process()
    assert set(names()) == kept
    reads = next_process()
    assert set(names()) == kept
    assert reads == []


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null"])
def test_a_row_that_nobody_wrote_is_read_anew(runs, next_process, text):
    index.summaries()
    folder = runs[0].folder.parent
    rows = index_file.load(folder)
    index_file.save(folder, {name: row._replace(text=text) for name, row in rows.items()})
    next_process()
    assert names() == ALL
    assert named("first").test


def test_without_a_place_for_it_the_index_is_in_memory(runs, reads, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MNIST_CORE_CACHE", str(tmp_path / "file"))
    for _ in range(2):
        assert names() == ALL
    assert sorted(reads) == ["first", "second", "third"]


def test_the_index_is_not_readable_for_other_users_of_the_machine(runs):
    index.summaries()
    assert index_file.path().parent.stat().st_mode & 0o077 == 0


def test_a_run_whose_card_is_damaged_is_read_at_every_look_and_says_why(runs, reads):
    (runs[0].folder / "card.json").write_text("[]")
    for _ in range(2):
        (error,) = named("first").errors
        assert "card" in error
        assert str(runs[0].folder) not in error
    assert reads.count("first") == 2
    (runs[0].folder / "card.json").write_text(json.dumps(make_card("first")))
    assert named("first").errors == ()


@pytest.mark.slow
def test_processes_that_look_at_once_all_see_all(runs, next_process):
    for number in range(20):
        keep(f"run {number}")
    processes = [start_python(LOOK.format(more="")) for _ in range(3)]
    outputs = {output_of(process).strip() for process in processes}
    assert len(outputs) == 1
    assert outputs.pop().count("finished") == 23
    reads = next_process()
    assert len(names()) == 23
    assert reads == []


def test_users_see_their_own_runs_only(monkeypatch):
    from mnist_core.system import users

    monkeypatch.setenv("MNIST_CORE_PEOPLE", "many")
    for secret in ("a", "b"):
        with users.as_user(users.user_id(secret)):
            keep(f"of {secret}")
    for secret in ("a", "b"):
        with users.as_user(users.user_id(secret)):
            assert names() == [f"of {secret}"]
