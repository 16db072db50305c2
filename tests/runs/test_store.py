"""A run is a folder that can be read after a crash at any moment."""

import json

import pytest

from mnist_core.config.schema import Experiment
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.system import staging


def epoch(number, step=5):
    return {"kind": "epoch", "epoch": number, "step": step, "loss": 1.0, "accuracy": 0.5}


@pytest.fixture
def run(home):
    return run_store.create(PRESETS["tiny"], "tiny")


def ended(run, state="finished"):
    """The run as if its training had ended; the model is only a file here."""
    (run.folder / "model.keras").write_bytes(b"weights")
    (run.folder / "card.json").write_text("{}")
    run.set_status(state)
    return run


def test_a_new_run_is_queued_and_holds_its_experiment(run):
    assert run.state == "queued"
    assert run.experiment() == PRESETS["tiny"]


def test_a_name_that_is_taken_gets_a_number(run):
    assert [run_store.create(Experiment(), "tiny").name for _ in range(2)] == ["tiny 2", "tiny 3"]


def test_events_come_in_order_and_a_reader_can_go_on_where_it_was(run):
    run.append(epoch(1))
    first, offset = run.events()
    run.append(epoch(2))
    later, _ = run.events(offset)
    assert [e["epoch"] for e in first + later] == [1, 2]


@pytest.mark.parametrize("most", [1, 30, 100, 10_000])
def test_events_can_be_read_a_part_at_a_time(run, most):
    for number in range(1, 6):
        run.append(epoch(number))
    read, parts, offset = [], 0, 0
    while (new := run.events(offset, most))[0]:
        read += [e["epoch"] for e in new[0]]
        parts, offset = parts + 1, new[1]
    assert read == [1, 2, 3, 4, 5]
    assert (parts == 1) == (most == 10_000)


def test_half_a_line_is_not_read_until_it_is_whole(run):
    run.append(epoch(1))
    log = run.folder / "events.jsonl"
    whole = log.read_bytes()
    line = json.dumps(epoch(2)).encode() + b"\n"
    for cut in range(len(line)):
        log.write_bytes(whole + line[:cut])
        events, offset = run.events()
        assert [e["epoch"] for e in events] == [1]
        assert offset == len(whole)


def test_a_line_that_a_crash_cut_short_does_not_spoil_the_next(run):
    with (run.folder / "events.jsonl").open("ab") as log:
        log.write(b'{"kind": "epo')
    run.append(epoch(1))
    assert run.events()[0] == [{"kind": "damaged"}, epoch(1)]


def test_a_status_keeps_what_was_known_before(run):
    created = run.status()["created"]
    run.set_status("training", pid=7)
    run.set_status("failed", "Because.")
    status = run.status()
    assert (status["created"], status["pid"]) == (created, 7)
    assert (status["state"], status["sentence"]) == ("failed", "Because.")


def test_runs_are_listed_newest_first_and_leftovers_are_not_runs(home, run):
    newer = run_store.create(Experiment(), "newer")
    (home / "runs" / ".new-abc").mkdir()
    (home / "runs" / "empty").mkdir()
    assert [r.name for r in run_store.all_runs()] == [newer.name, run.name]


@pytest.mark.parametrize("state", ["queued", "training"])
@pytest.mark.parametrize("change", [run_store.delete, lambda name: run_store.rename(name, "other")])
def test_a_run_that_waits_or_trains_can_be_neither_deleted_nor_renamed(run, state, change):
    run.set_status(state)
    with pytest.raises(run_store.RunError, match="stop it first"):
        change("tiny")
    assert run_store.get("tiny").experiment() == PRESETS["tiny"]


def test_deleting_a_run_leaves_nothing_behind(home, run):
    run_store.delete(ended(run).name)
    assert list((home / "runs").iterdir()) == []


def test_renaming_keeps_everything_and_refuses_a_name_that_is_taken(run):
    other = ended(run_store.create(Experiment(), "other"))
    with pytest.raises(run_store.RunError, match="There is a run called 'tiny' already"):
        run_store.rename("other", "tiny")
    other.append(epoch(1))
    assert run_store.rename("other", "best").events()[0][-1]["epoch"] == 1


STEPS = {"kind": "steps", "first": 6, "every": 1, "loss": [2.0], "accuracy": [0.1]}


@pytest.mark.parametrize(
    ("state", "kinds"),
    [("stopped", ["epoch", "steps"]), ("interrupted", ["epoch"])],  # whose last weights are lost
)
def test_a_continued_run_begins_with_the_weights_of_the_first_and_its_curves_up_to_them(
    run, state, kinds
):
    run.append(epoch(1, step=5))
    run.append(STEPS)
    more = run_store.create(PRESETS["tiny"], "more", continues=ended(run, state).name)
    assert [event["kind"] for event in more.events()[0]] == kinds
    assert (more.folder / "model.keras").read_bytes() == b"weights"
    assert more.status()["continues"] == {"id": run.id, "name": "tiny"}


def test_only_an_ended_run_with_the_same_network_can_be_continued(run):
    with pytest.raises(run_store.RunError, match="has no weights yet, or is still training"):
        run_store.create(PRESETS["tiny"], continues="tiny")
    ended(run)
    with pytest.raises(run_store.RunError, match="the network must stay the same"):
        run_store.create(PRESETS["lenet"], continues="tiny")
    assert [r.name for r in run_store.all_runs()] == ["tiny"]


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def test_what_a_killed_program_was_making_or_removing_is_cleared_away(home, run):
    for name in (".new-abc", ".gone-abc"):
        (home / "runs" / name / "run").mkdir(parents=True)
    staging.remove_leftovers(home / "runs")
    assert names_in(home / "runs") == ["tiny"]


@pytest.mark.parametrize("prefix", [staging.STAGED_PREFIX, staging.DELETED_PREFIX])
def test_what_a_running_program_is_making_or_removing_is_left_alone(home, run, prefix):
    with staging.staging_folder(home / "runs", prefix) as folder:
        staging.remove_leftovers(home / "runs")
        assert folder.is_dir()
    assert names_in(home / "runs") == ["tiny"]


def test_an_error_while_a_run_is_made_leaves_nothing(home, run, monkeypatch):
    def no_room(path, data):
        raise OSError("no room")

    monkeypatch.setattr("mnist_core.system.atomic_files.write", no_room)
    with pytest.raises(OSError, match="no room"):
        run_store.create(Experiment(), "other")
    assert names_in(home / "runs") == ["tiny"]
