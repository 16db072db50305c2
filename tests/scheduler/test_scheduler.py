"""A run is trained by a process of its own, and nothing that happens to it is lost."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from filelock import FileLock, Timeout
from small_runs import (
    LONG,
    PARAMETERS,
    events_of_kind,
    have_ended,
    small_experiment,
    wait_until,
)

from mnist_core.config.schema import DenseLayer, Experiment, Network
from mnist_core.config.validation import to_dict
from mnist_core.data import loading
from mnist_core.evaluation.metrics import evaluate
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs import store as run_store
from mnist_core.scheduler import job, local, queue, scheduler


def trained(experiment, name="small", continues=None, stop=False):
    """A run after training it in this process."""
    run = run_store.create(experiment, name, continues)
    if stop:
        run.request_stop()
    job.train_run(run)
    return run


@pytest.mark.slow
def test_a_trained_run_holds_its_events_its_model_and_its_card(home):
    run = trained(small_experiment())
    assert run.state == "finished"
    states = [event["state"] for event in events_of_kind(run, "status")]
    assert states == ["training", "testing", "finished"]
    card = model_store.card("small")
    assert card["test"]["accuracy"] == events_of_kind(run, "test")[0]["accuracy"]
    assert card["experiment"] == to_dict(run.experiment())
    assert [e["epoch"] for e in card["curves"]] == [1]


@pytest.mark.slow
def test_the_kept_model_gives_the_test_figures_on_its_card(home):
    run = trained(small_experiment())
    result = evaluate(Classifier.load("small"), loading.load(run.experiment().data).test)
    test = model_store.card("small")["test"]
    assert result[:2] == pytest.approx((test["accuracy"], test["loss"]), abs=1e-4)


@pytest.mark.slow
def test_a_run_that_was_asked_to_stop_keeps_weights_and_test_figures(home):
    run = trained(small_experiment(epochs=50), stop=True)
    assert run.state == "stopped"
    assert run.status()["sentence"].startswith("Stopped in epoch 1, step 1.")
    images = len(loading.load(run.experiment().data).test.labels)
    assert model_store.card(run.name)["test"]["images"] == images
    assert model_store.load(run.name).count_params() == PARAMETERS


@pytest.mark.slow
def test_a_run_that_diverges_says_what_to_change(home):
    linear = Network(blocks=(), dense=[DenseLayer(activation="linear")])
    run = trained(small_experiment(linear, optimizer="SGD", learning_rate=10.0, epochs=5))
    assert run.state == "failed"
    assert "Try a learning_rate of 0.03 in place of 10" in run.status()["sentence"]


def test_a_run_without_its_data_says_so(home, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nowhere.npz"))
    run = trained(Experiment())
    assert run.state == "failed"
    assert "nowhere.npz" in run.status()["sentence"]


@pytest.mark.slow
def test_a_continued_run_goes_on_from_the_weights_and_counts_on(home):
    first = trained(small_experiment(epochs=3), "first")
    more = trained(small_experiment(learning_rate=1e-5), "more", continues="first")
    assert [event["epoch"] for event in events_of_kind(more, "epoch")] == [1, 2, 3, 4]
    cards = [model_store.card(run.name) for run in (first, more)]
    assert [epoch["epoch"] for epoch in cards[1]["curves"]] == [1, 2, 3, 4]
    accuracies = [card["test"]["accuracy"] for card in cards]
    assert accuracies[0] == pytest.approx(accuracies[1], abs=0.02)
    assert first.state == "finished"


def test_the_second_waits_until_the_first_has_ended_and_can_be_taken_out_meanwhile(
    home, monkeypatch
):
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "1")
    first, second = (run_store.create(small_experiment(), name) for name in ("first", "second"))
    first.set_status("training", pid=os.getpid(), token=psutil.Process().cmdline()[-1])
    scheduler.advance()
    assert second.state == "queued"
    assert scheduler.queue_position(second) == 1
    scheduler.stop(second)
    assert second.state == "stopped"


@pytest.mark.parametrize(("state", "becomes"), [("queued", "stopped"), ("training", "training")])
@pytest.mark.parametrize("lock", ["queue.lock", "scheduler.lock"])
def test_stop_waits_for_nobody_who_holds_the_queue(home, state, becomes, lock):
    run = run_store.create(small_experiment(), "stops")
    run.set_status(state)
    with FileLock(home / lock):
        scheduler.stop(run)
    assert (run.state, run.stop_requested()) == (becomes, True)


def test_one_thread_at_a_time_has_the_queue_move_on_and_nobody_waits_for_it(home, monkeypatch):
    asked, answer, answers = threading.Event(), threading.Event(), []

    def capacity():
        asked.set()
        answers.append(answer.wait(60))
        return 0

    monkeypatch.setattr(local, "capacity", capacity)
    with ThreadPoolExecutor(1) as elsewhere:
        first = elsewhere.submit(scheduler.advance)
        assert asked.wait(60)
        scheduler.advance()  # nothing: else it would wait for the answer
        started = scheduler.start(small_experiment(), "new")
        assert (started.state, first.done(), answers) == ("queued", False, [])
        answer.set()
        first.result()
    scheduler.advance()
    assert answers == [True, True]


def test_who_is_at_it_for_too_long_costs_the_others_an_error(home, monkeypatch):
    monkeypatch.setattr(queue, "BUSY_TIMEOUT", 0.05)
    home.mkdir()
    with FileLock(home / "scheduler.lock"), pytest.raises(Timeout):
        scheduler.advance(timeout=0.05)
    scheduler.advance()


def test_a_run_that_is_stopped_while_the_executor_is_asked_does_not_begin(home, monkeypatch):
    run = run_store.create(small_experiment(), "stops")
    monkeypatch.setattr(local, "capacity", lambda: scheduler.stop(run) or 1)
    scheduler.advance()
    assert (run.state, run.status()["sentence"]) == ("stopped", "Stopped while it waited.")


def test_a_run_that_was_to_stop_before_its_process_died_does_not_begin_again(home):
    run = run_store.create(small_experiment(), "stops")
    run.set_status("starting", pid=2**22 + 1, token="of the process that is gone")
    scheduler.stop(run)
    scheduler.advance()
    assert (run.state, run.status()["sentence"]) == ("stopped", "Stopped while it waited.")


@pytest.mark.parametrize("pid", [2**22 + 1, os.getpid()], ids=["no process", "another process"])
def test_a_run_whose_process_is_gone_becomes_interrupted(home, pid):
    run = run_store.create(small_experiment(), "gone")
    run.set_status("training", pid=pid, token="of the process that is gone")
    (run.folder / ".part-half.keras").write_bytes(b"PK")  # what it was writing
    scheduler.advance()
    assert run.state == "interrupted"
    assert not list(run.folder.glob(".part-*"))
    assert "it had no full epoch yet" in run.status()["sentence"]


@pytest.mark.slow
def test_stop_ends_a_running_process_within_a_batch_and_the_queue_moves_on_by_itself(
    home, monkeypatch
):
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "1")
    long, following = (run_store.create(small_experiment(**recipe), "run") for recipe in (LONG, {}))
    wait_until(lambda: events_of_kind(long, "steps"))
    assert long.status()["pid"] != os.getpid()
    scheduler.stop(long)
    wait_until(have_ended(following), advance=False)  # the first process begins the second run
    assert (long.state, following.state) == ("stopped", "finished")
    assert events_of_kind(long, "test")
