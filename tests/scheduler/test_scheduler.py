"""A run is trained by a process of its own, and nothing that happens to it is lost."""

import os
import signal
import time

import psutil
import pytest

from mnist_core.config import validation
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe
from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ENDED
from mnist_core.scheduler import job, scheduler

SMALL = Network(blocks=[ConvBlock(filters=4)], dense=[DenseLayer(units=16)])
PATIENCE = 90  # seconds; loading TensorFlow takes 5, on a busy machine several times that


def experiment(**recipe):
    chosen = {"train_images": 400, "epochs": 1, "learning_rate": 0.01} | recipe
    return Experiment(network=SMALL, recipe=Recipe(**chosen), data=loading.best_available())


@pytest.fixture(autouse=True)
def no_process_is_left_behind(home):
    yield
    for run in run_store.all_runs():
        if scheduler.is_alive(run) and run.status()["pid"] != os.getpid():
            psutil.Process(run.status()["pid"]).kill()


def trained(run):
    """The run after training it in this process."""
    job.train_run(run)
    return run


def wait_for(run, condition):
    """Look at a run as a page does until it is as wanted."""
    end = time.monotonic() + PATIENCE
    while not condition(run):
        assert time.monotonic() < end, f"{run.status()} {run.events()[0][-3:]}"
        scheduler.advance()
        time.sleep(0.05)


def state_is(*states):
    return lambda run: run.state in states


def has_epochs(count):
    return lambda run: len(kinds(run, "epoch")) >= count or run.state in ENDED


def kinds(run, kind):
    return [event for event in run.events()[0] if event["kind"] == kind]


def test_a_trained_run_holds_its_story_its_model_and_its_card(home):
    run = trained(run_store.create(experiment(), "small"))
    assert run.state == "finished"
    states = [event["state"] for event in kinds(run, "status")]
    assert states == ["training", "testing", "finished"]
    card = model_store.card("small")
    assert card["test"]["accuracy"] == kinds(run, "test")[0]["accuracy"]
    assert card["experiment"] == validation.to_dict(run.experiment())
    assert [e["epoch"] for e in card["curves"]] == [1]


@pytest.mark.slow
def test_the_kept_model_gives_the_test_figures_on_its_card(home):
    from mnist_core.evaluation.metrics import evaluate
    from mnist_core.prediction import Classifier

    run = trained(run_store.create(experiment(), "small"))
    result = evaluate(Classifier.load("small"), loading.load(run.experiment().data).test)
    card = model_store.card("small")["test"]
    assert result[:2] == pytest.approx((card["accuracy"], card["loss"]), abs=1e-4)


def test_a_run_that_was_asked_to_stop_keeps_weights_and_test_figures(home):
    run = run_store.create(experiment(epochs=50), "stopped early")
    run.request_stop()
    trained(run)
    assert run.state == "stopped"
    assert run.status()["sentence"].startswith("Stopped in epoch 1, step 1.")
    assert (
        model_store.card(run.name)["test"]["images"] == 10_000 or run.experiment().data != "mnist"
    )
    assert model_store.load(run.name).count_params() == 11_042


def test_a_run_that_diverges_says_what_to_change(home):
    bad = experiment(optimizer="SGD", learning_rate=10.0, epochs=5)
    linear = Network(blocks=(), dense=[DenseLayer(activation="linear")])
    run = trained(run_store.create(Experiment(linear, bad.recipe, bad.data), "diverges"))
    assert run.state == "failed"
    assert "Try a learning_rate of 1 in place of 10" in run.status()["sentence"]


def test_a_run_without_its_data_says_so(home, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nowhere.npz"))
    run = trained(run_store.create(Experiment(), "no data"))
    assert run.state == "failed"
    assert "nowhere.npz" in run.status()["sentence"]


@pytest.mark.slow
def test_a_continued_run_goes_on_from_the_weights_and_counts_on(home):
    first = trained(run_store.create(experiment(epochs=3), "first"))
    more = run_store.create(experiment(epochs=1, learning_rate=1e-5), "more", continues="first")
    trained(more)
    assert [event["epoch"] for event in kinds(more, "epoch")] == [1, 2, 3, 4]
    assert [epoch["epoch"] for epoch in model_store.card("more")["curves"]] == [1, 2, 3, 4]
    assert model_store.card("more")["test"]["accuracy"] == pytest.approx(
        model_store.card("first")["test"]["accuracy"], abs=0.02
    )
    assert first.state == "finished"


def test_the_second_waits_until_the_first_has_ended_and_can_be_taken_out_meanwhile(
    home, monkeypatch
):
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "1")
    first, second = (run_store.create(experiment(), name) for name in ("first", "second"))
    first.set_status("training", pid=os.getpid(), token=psutil.Process().cmdline()[-1])
    scheduler.advance()
    assert second.state == "queued"
    assert scheduler.queue_position(second) == 1
    scheduler.stop(second)
    assert second.state == "stopped"
    first.set_status("finished")


def test_a_run_whose_process_is_gone_becomes_interrupted(home):
    run = run_store.create(experiment(), "gone")
    run.set_status("training", pid=2**22 + 1, token="none")
    (run.folder / ".part-half.keras").write_bytes(b"PK")  # what it was writing
    scheduler.advance()
    assert run.state == "interrupted"
    assert not list(run.folder.glob(".part-*"))
    assert "it had no full epoch yet" in run.status()["sentence"]


def test_a_process_that_only_has_the_same_pid_is_not_taken_for_the_worker(home):
    run = run_store.create(experiment(), "gone")
    run.set_status("training", pid=os.getpid(), token="another process's")
    assert not scheduler.is_alive(run)


@pytest.mark.slow
def test_a_process_of_its_own_trains_a_run_to_the_end(home):
    run = scheduler.start(experiment(), "alone")
    assert run.status()["pid"] != os.getpid()
    wait_for(run, state_is(*ENDED))
    assert run.state == "finished"
    assert model_store.load("alone").count_params() == 11_042


@pytest.mark.slow
def test_stop_ends_a_running_process_within_a_batch_and_the_queue_moves_on_by_itself(
    home, monkeypatch
):
    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "1")
    long = run_store.create(experiment(epochs=200, train_images=5000), "long")
    scheduler.advance()
    following = run_store.create(experiment(), "following")
    scheduler.advance()
    wait_for(long, lambda run: kinds(run, "steps"))
    scheduler.stop(long)
    end = time.monotonic() + PATIENCE
    while following.state not in ENDED:  # nobody tends: the first worker starts the second
        assert time.monotonic() < end
        time.sleep(0.1)
    assert (long.state, following.state) == ("stopped", "finished")
    assert kinds(long, "test")


@pytest.mark.slow
def test_a_killed_worker_leaves_its_curves_and_the_weights_of_the_last_full_epoch(home):
    run = run_store.create(experiment(epochs=200, train_images=2000), "killed")
    scheduler.advance()
    wait_for(run, has_epochs(2))
    os.kill(run.status()["pid"], signal.SIGKILL)
    wait_for(run, state_is("interrupted"))
    assert "the weights of its last full epoch are kept" in run.status()["sentence"]
    epochs = len(kinds(run, "epoch"))
    assert epochs >= 2
    assert len(model_store.card("killed")["curves"]) in (epochs, epochs - 1)
    model_store.load("killed")

    more = run_store.create(experiment(epochs=1, train_images=2000), "on", continues="killed")
    scheduler.advance()
    wait_for(more, state_is(*ENDED))
    assert more.state == "finished"
    assert kinds(more, "epoch")[-1]["epoch"] == epochs + 1
