"""A run is known by its id: it stays the same run when it is renamed, and no other becomes it."""

import pytest

from mnist_core.config.schema import Experiment
from mnist_core.models import store as model_store
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run, runs_with_unsaved_status
from mnist_core.runs.tensorboard import TensorBoardWriter
from mnist_core.scheduler import heartbeat, scheduler, sweeps
from mnist_core.system import atomic_files

EPOCH = {"kind": "epoch", "epoch": 1, "step": 4, "loss": 1.0, "accuracy": 0.5}
STEPS = {"kind": "steps", "first": 1, "every": 1, "loss": [2.0], "accuracy": [0.1]}


def make(name="mine", state="finished", experiment=PRESETS["tiny"]):
    """A run as somebody who remembers it from an earlier moment holds it."""
    run = run_store.create(experiment, name)
    run.set_status(state)
    return run


@pytest.fixture
def old(home):
    """A run of which this process knows, and which another one then deletes."""
    return make()


@pytest.fixture
def new(old):
    """The run that has the deleted one's name."""
    run_store.delete("mine")
    return make(state="training", experiment=PRESETS["lenet"])


def test_every_run_has_an_id_of_its_own_and_one_run_always_the_same(home):
    first, second = make("one"), make("two")
    assert len({first.id, second.id}) == 2
    assert Run(first.folder).id == first.id
    assert Run(first.folder) == first != second


def test_a_test_that_fails_shows_a_run_by_its_name_and_id(home):
    run = make("one")
    assert repr([run]) == f"[<Run 'one' ({run.id})>]"


def test_a_run_that_somebody_renames_is_followed_under_its_new_name(old):
    run_store.rename("mine", "best")
    assert (old.name, old.state) == ("best", "finished")
    old.append(EPOCH)
    assert run_store.get("best").events()[0][-1] == EPOCH
    assert run_store.get("best") == old


def test_two_runs_that_swap_their_names_stay_themselves(old):
    other = make("other", "failed")
    for before, after in (("mine", "third"), ("other", "mine"), ("third", "other")):
        run_store.rename(before, after)
    assert (old.name, old.state) == ("other", "finished")
    assert (other.name, other.state) == ("mine", "failed")


def test_a_deleted_run_does_not_become_the_next_of_its_name(old, new):
    assert new.name == "mine"
    assert new != old
    assert new.exists()
    assert not old.exists()
    assert old.name == "mine"
    assert old.status()["sentence"] == "It was deleted."
    assert old.events() == ([], 0)
    assert not old.has_model()
    assert old.stop_requested()
    with pytest.raises(ValueError, match="'mine' can't be read"):
        old.experiment()


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run.append(EPOCH),
        lambda run: run.set_status("failed"),
        lambda run: run.update_status(host="elsewhere"),
        lambda run: run.request_stop(),
        lambda run: model_store.save(run.folder, None, {}),
    ],
    ids=["an event", "a status", "a part of it", "a stop", "a model"],
)
def test_nothing_that_is_written_to_a_deleted_run_lands_in_the_next_of_its_name(old, new, change):
    before = {path: path.read_bytes() for path in new.folder.iterdir()}
    with pytest.raises(FileNotFoundError):
        change(old)
    assert {path: path.read_bytes() for path in new.folder.iterdir()} == before


@pytest.mark.parametrize(
    "change",
    [
        run_store.delete,
        lambda run: run_store.rename(run, "other"),
        lambda run: run_store.create(PRESETS["tiny"], continues=run),
        scheduler.stop,
    ],
    ids=["delete", "rename", "continue", "stop"],
)
def test_what_is_asked_of_a_deleted_run_is_not_done_to_the_next_of_its_name(old, new, change):
    with pytest.raises(run_store.RunError, match="There is no run called 'mine' here any more"):
        change(old)
    assert run_store.all_runs() == [new]
    assert not new.stop_requested()


def test_a_run_of_a_sweep_that_is_deleted_meanwhile_keeps_no_other_from_being_stopped(home):
    runs = [make(name, "training") for name in ("one", "two", "three")]
    runs[1].set_status("finished")
    run_store.delete("two")
    sweeps.stop_all(runs)
    assert [run.stop_requested() for run in (runs[0], runs[2])] == [True, True]


def test_event_files_of_a_deleted_run_are_not_written_beside_those_of_the_next(old):
    with TensorBoardWriter(old, Experiment()) as writer:
        writer.write_event(STEPS)
        run_store.delete("mine")
        new = make()
        writer.write_event(EPOCH | {"val_loss": 1.0, "val_accuracy": 0.5})
    assert "No such file" in writer.error
    assert not (new.folder / "validation").exists()


def test_a_status_that_could_not_be_written_is_not_that_of_the_next_of_its_name(old, monkeypatch):
    def no_room(path, data):
        raise OSError("no room")

    def unsaved():  # of this home: earlier tests may have left some in theirs
        return [run for run in runs_with_unsaved_status() if run.folder.parent == old.folder.parent]

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no room"):
        patch.setattr(atomic_files, "write", no_room)
        old.set_status("failed", "The disk was full.")
    assert unsaved() == [old]
    run_store.delete("mine")
    new = make(state="training")
    assert unsaved() == []
    assert new.status()["sentence"] == ""


def test_how_long_a_deleted_run_was_quiet_does_not_count_for_the_next_of_its_name(old, monkeypatch):
    heartbeat.has_heartbeat(old)
    monkeypatch.setattr(heartbeat, "TIMEOUT", 0.0)
    assert not heartbeat.has_heartbeat(old)
    run_store.delete("mine")
    monkeypatch.undo()
    assert heartbeat.has_heartbeat(make())


def as_an_earlier_version(run):
    folder = run.folder
    (folder / "id").unlink()
    return Run(folder)


def test_a_run_of_an_earlier_version_has_an_id_that_stays_when_it_is_renamed(old):
    earlier = as_an_earlier_version(old)
    assert earlier.id == Run(earlier.folder).id != ""
    earlier.set_status("stopped")
    assert Run(earlier.folder).id == earlier.id
    run_store.rename("mine", "best")
    assert run_store.get("best").id == earlier.id
    assert earlier.name == "best"


def test_a_run_of_an_earlier_version_does_not_become_the_next_of_its_name(old):
    earlier = as_an_earlier_version(old)
    run_store.delete("mine")
    assert make() != earlier
    assert not earlier.exists()


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"x" * 16, b"0" * 10_000])
def test_a_damaged_id_costs_a_run_nothing(old, damage):
    (old.folder / "id").write_bytes(damage)
    (run,) = run_store.all_runs()
    assert run.state == "finished"
    assert run_store.rename("mine", "best").exists()
    run_store.delete("best")
    assert run_store.all_runs() == []


def test_an_id_that_can_not_be_read_for_the_moment_does_not_end_a_run(old, monkeypatch):
    def too_many(*arguments, **options):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("pathlib.Path.open", too_many)
    assert old.exists()
