"""The inventory by which tests know that no run was lost: it names each one that is."""

import shutil

import pytest
from run_inventory import RunInventory

from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store


def make(name="quick"):
    run = run_store.create(PRESETS["tiny"], name)
    run.set_status("finished")
    return run


@pytest.fixture
def runs(home):
    return [make() for _ in range(3)]


@pytest.fixture
def inventory(runs):
    inventory = RunInventory()
    assert inventory.look() == run_store.all_runs()
    return inventory


def test_a_run_that_is_lost_is_named_by_its_id(runs, inventory):
    inventory.check()
    shutil.rmtree(runs[1].folder)
    with pytest.raises(AssertionError, match=f"^{runs[1].id} 'quick 2' is lost"):
        inventory.check()
    assert len(inventory.problems()) == 1


def test_a_lost_run_is_missed_though_another_has_its_name(runs, inventory):
    shutil.rmtree(runs[1].folder)
    assert make().name == "quick 2"
    inventory.look()
    with pytest.raises(AssertionError, match=f"^{runs[1].id} 'quick 2' is lost"):
        inventory.check()


def test_a_run_whose_deletion_was_asked_for_may_be_there_or_not(runs, inventory):
    inventory.to_delete |= {runs[0].id, runs[1].id}
    run_store.delete(runs[0])
    inventory.check()


def test_a_run_whose_deletion_was_answered_must_be_gone(runs, inventory):
    inventory.to_delete.add(runs[0].id)
    inventory.deleted.add(runs[0].id)
    with pytest.raises(AssertionError, match=f"^{runs[0].id} 'quick' is there, and was deleted"):
        inventory.check()


def test_a_run_that_a_server_made_and_nobody_saw_is_known_from_its_log(runs):
    inventory = RunInventory()
    for run in runs:
        inventory.read_log(f"2026-01-01 INFO Run {run} was asked for.\n")
    inventory.check()
    shutil.rmtree(runs[2].folder)
    with pytest.raises(AssertionError, match=f"^{runs[2].id} 'quick 3' is lost"):
        inventory.check()


def test_a_renamed_run_is_not_lost(runs, inventory):
    run_store.rename(runs[0], "best")
    inventory.check()


def test_a_run_that_nobody_started_is_named(runs, inventory):
    stranger = make("stranger")
    with pytest.raises(AssertionError, match=f"^{stranger.id} is there, and nobody started it"):
        inventory.check()
