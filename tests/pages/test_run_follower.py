"""What a page knows of the run that it follows, however long that is."""

import json

import pytest
from kept_models import SMALL
from many_runs import make_events

from mnist_core.runs import store as run_store
from pages.ui.state.run_follower import MAX_POINTS, RunFollower


@pytest.fixture
def run(home):
    run = run_store.create(SMALL, "long")
    run.set_status("training")
    return run


def append(run, events):
    with (run.folder / "events.jsonl").open("a") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


def test_a_run_of_a_million_steps_is_held_by_few_points(run):
    append(run, make_events(epochs=200, steps_per_epoch=5000, every=50))
    follower = RunFollower(run)
    follower.update()
    curves = follower.curves()
    assert MAX_POINTS / 2 <= len(curves.steps.step) <= MAX_POINTS
    assert curves.steps.step[-1] == follower.completed_steps() == curves.total_steps == 1_000_000
    assert len(curves.train.step) == len(curves.validation.step) == 200
    gaps = {b - a for a, b in zip(curves.steps.step, curves.steps.step[1:], strict=False)}
    assert len(gaps) == 1  # the beginning is as fine as the end


def test_what_is_read_of_a_run_does_not_grow_with_what_was_read_before(run, monkeypatch):
    append(run, make_events(epochs=2, steps_per_epoch=1000, every=1))
    follower, sizes = RunFollower(run), []
    follower.update()
    read = type(run).events
    monkeypatch.setattr(type(run), "events", lambda *of: sizes.append(read(*of)[0]) or read(*of))
    append(run, [{"kind": "epoch", "epoch": 3, "step": 3000, "loss": 0.5, "accuracy": 0.9}])
    follower.update()
    assert [[event["epoch"] for event in new] for new in sizes] == [[3], []]
    assert follower.last("epoch")["step"] == follower.completed_steps() == 3000


def test_events_in_place_of_others_leave_the_damage_known(run):
    append(run, [{"kind": "epoch"}, {"kind": "status", "state": "training"}])
    follower = RunFollower(run)
    follower.update()
    assert follower.damaged_count() == 1
    follower.replace_events(make_events(1, 10, 1))
    assert follower.damaged_count() == 1
    assert follower.completed_steps() == 10
