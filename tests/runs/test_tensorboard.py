"""TensorBoard reads from a run's event files what its events say."""

import os
import signal
import time
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

from mnist_core.config.schema import ConvBlock, Experiment, Network, Recipe
from mnist_core.data import loading
from mnist_core.runs import history
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.runs.tensorboard import TensorBoardWriter
from mnist_core.scheduler import job, scheduler

SMALL = Network(blocks=[ConvBlock(filters=2, pool_size=4)], dense=[])
START = {"kind": "start", "first_step": 1, "total_steps": 8, "steps_per_epoch": 4, "time": 1.0}
STEPS = {"kind": "steps", "first": 1, "every": 2, "loss": [2.0, 1.5], "accuracy": [0.1, 0.4]}
EPOCH = {"kind": "epoch", "epoch": 1, "step": 4, "loss": 1.75, "accuracy": 0.25}
EPOCH |= {"val_loss": 1.25, "val_accuracy": 0.5, "learning_rate": 0.001, "time": 3.0}
TEST = {"kind": "test", "loss": 1.0, "accuracy": 0.75, "images": 4}
EVENTS = (START, STEPS, EPOCH, TEST)


def experiment(**recipe):
    few = {"train_images": 300, "epochs": 2, "learning_rate": 0.01} | recipe
    return Experiment(SMALL, Recipe(**few), loading.best_available())


def written(folder, events, experiment=Experiment()) -> str:  # noqa: B008 -- immutable
    """The error of a writer after these events."""
    with TensorBoardWriter(Run(folder), experiment) as writer:
        for event in events:
            writer.write_event(event)
    return writer.error


def read(folder, part) -> EventAccumulator:
    """A part of a run as TensorBoard reads it."""
    accumulator = EventAccumulator(str(folder / part), size_guidance={"scalars": 0, "tensors": 0})
    return accumulator.Reload()


def points(folder, part, tag) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in read(folder, part).Scalars(tag)]


def close_to(expected):
    """As exact as the 32 bits of an event file."""
    return [(step, pytest.approx(value, rel=1e-6)) for step, value in expected]


def of_epochs(run, name):
    return [(e["step"], e[name]) for e in run.events()[0] if e["kind"] == "epoch"]


def assert_agrees(run) -> None:
    """Every number in the run's events.jsonl is in its event files, and no other."""
    steps = history.from_events(run.events()[0]).steps
    expected = {("training", "learning_rate"): of_epochs(run, "learning_rate")}
    for name in ("loss", "accuracy"):
        by_step = list(zip(steps.step, getattr(steps, name), strict=True))
        expected["training", f"step/{name}"] = by_step
        expected["training", f"epoch/{name}"] = of_epochs(run, name)
        expected["validation", f"epoch/{name}"] = of_epochs(run, f"val_{name}")
    for (part, tag), figures in expected.items():
        assert points(run.folder, part, tag) == close_to(figures)


def test_each_event_is_written_at_its_step_and_its_time(tmp_path):
    assert written(tmp_path, EVENTS) == ""
    assert points(tmp_path, "training", "step/loss") == [(2, 2.0), (4, 1.5)]
    assert points(tmp_path, "training", "epoch/loss") == [(4, 1.75)]
    assert points(tmp_path, "validation", "epoch/accuracy") == [(4, 0.5)]
    assert points(tmp_path, "test", "epoch/accuracy") == [(4, 0.75)]
    (point,) = read(tmp_path, "validation").Scalars("epoch/loss")
    assert point.wall_time == 3.0


def test_the_experiment_is_there_as_text(tmp_path):
    experiment = Experiment().with_values({"recipe.seed": "77"})
    written(tmp_path, [START], experiment)
    (text,) = read(tmp_path, "training").Tensors("experiment")
    (words,) = text.tensor_proto.string_val
    assert Experiment.from_json(words.decode().strip("`json\n")) == experiment


def test_a_run_without_validation_has_no_folder_for_it(tmp_path):
    plain = {key: value for key, value in EPOCH.items() if not key.startswith("val_")}
    written(tmp_path, [START, plain])
    assert [path.name for path in tmp_path.iterdir()] == ["training"]


def test_what_is_written_can_be_read_while_the_run_goes_on(tmp_path):
    with TensorBoardWriter(Run(tmp_path), Experiment()) as writer:
        for event in (START, STEPS):
            writer.write_event(event)
        assert points(tmp_path, "training", "step/loss") == [(2, 2.0), (4, 1.5)]


def test_a_folder_that_cannot_be_written_to_is_reported_and_nothing_is_raised(tmp_path):
    (tmp_path / "training").write_text("in the way")
    assert "FileExistsError" in written(tmp_path, EVENTS)
    assert [path.name for path in tmp_path.iterdir()] == ["training"]


def test_a_run_that_is_deleted_meanwhile_is_not_brought_back(tmp_path):
    assert written(tmp_path / "gone", [START])
    assert not (tmp_path / "gone").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_ends_the_event_files_and_not_the_run(home, monkeypatch, caplog):
    import tensorflow as tf

    on_a_full_disk = tf.io.TFRecordWriter("/dev/full")
    monkeypatch.setattr(tf.io, "TFRecordWriter", lambda path: on_a_full_disk)
    run = run_store.create(experiment(), "full")
    job.train_run(run)
    assert run.state == "finished"
    assert "The event files for TensorBoard end here" in caplog.text


def test_a_trained_run_says_the_same_to_tensorboard_as_in_its_events(home):
    run = run_store.create(experiment(), "small")
    job.train_run(run)
    assert_agrees(run)
    (test,) = [e for e in run.events()[0] if e["kind"] == "test"]
    last = of_epochs(run, "loss")[-1][0]
    assert points(run.folder, "test", "epoch/loss") == close_to([(last, test["loss"])])


@pytest.mark.slow
def test_a_continued_run_shows_the_curves_from_its_parents_first_step_on(home):
    job.train_run(run_store.create(experiment(), "first"))
    more = run_store.create(experiment(epochs=1), "more", continues="first")
    job.train_run(more)
    assert_agrees(more)
    assert len(points(more.folder, "training", "epoch/loss")) == 3
    assert len(read(more.folder, "training").Tensors("experiment")) == 1


def test_a_tensorboard_that_knew_a_deleted_run_shows_the_next_of_its_name_alone(home):
    seen = EventMultiplexer()
    for made, steps in ((1.2, [4, 8, 12]), (1.3, [4, 8])):
        run = run_store.create(experiment(), "mine")
        written(run.folder, [EPOCH | {"step": step, "time": made} for step in steps])
        seen.AddRunsFromDirectory(str(home / "runs")).Reload()
        for part in ("training", "validation"):
            points = seen.Scalars(f"mine/{part}", "epoch/loss")
            assert [point.step for point in points] == steps
        run.set_status("finished")
        run_store.delete("mine")


@pytest.mark.slow
def test_a_killed_run_leaves_files_that_can_be_read(home):
    run = run_store.create(experiment(epochs=200, train_images=2000), "killed")
    scheduler.advance()
    end = time.monotonic() + 90
    while len(of_epochs(run, "loss")) < 2:
        assert time.monotonic() < end, run.status()
        time.sleep(0.05)
    os.kill(run.status()["pid"], signal.SIGKILL)
    expected = of_epochs(run, "val_loss")
    kept = points(run.folder, "validation", "epoch/loss")
    assert kept == close_to(expected[: len(kept)])
    assert len(kept) >= len(expected) - 1
