"""Faults of the machine: each costs one clear sentence, and the rest goes on working."""

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from app_pages import open_page, texts
from filelock import FileLock
from small_runs import (
    LONG,
    PARAMETERS,
    TIMEOUT,
    events_of_kind,
    has_epochs,
    have_ended,
    output_of,
    small_experiment,
    start_python,
    wait_until,
)

from mnist_core.config.schema import ConvBlock, DenseLayer, Network
from mnist_core.config.validation import to_dict
from mnist_core.models import store as model_store
from mnist_core.network import summary
from mnist_core.presets import PRESETS
from mnist_core.runs import history
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.scheduler import job, local, queue, ray_cluster, scheduler
from mnist_core.system import error_messages

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def only_what_is_asked_for(monkeypatch):
    """Pages neither load models in the background nor prewarm a process."""
    monkeypatch.setattr("pages.ui.choices.loader.load_in_background", lambda *_: None)
    monkeypatch.setattr(scheduler, "prewarm", lambda: None)


@contextlib.contextmanager
def disk(path, options):
    """A disk of its own at a path, for as long as the block lasts."""
    path.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"mounting a small disk is not allowed here: {error}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@contextlib.contextmanager
def full_disk(path):
    """Leave no byte free on the disk of a folder, until the block ends."""
    with contextlib.suppress(OSError), (path / "ballast").open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 8, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
    yield
    (path / "ballast").unlink()


def boxes(app):
    return [element.value for kind in ("error", "warning") for element in app.get(kind)]


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def status_on_disk(run):
    return json.loads((run.folder / "status.json").read_text())["state"]


def trained(name, continues=None, **recipe):
    """A run that was trained in this process."""
    run = run_store.create(small_experiment(**recipe), name, continues)
    job.train_run(run)
    return run


@pytest.fixture(scope="module")
def trained_folder(tmp_path_factory):
    """The folder of a finished run with a real model, to copy from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_CORE_HOME", str(tmp_path_factory.mktemp("trained")))
        return trained("done").folder


@pytest.fixture
def done(home, trained_folder):
    """A finished run with a real model."""
    return Run(shutil.copytree(trained_folder, home / "runs" / "done"))


def test_a_disk_that_is_full_when_a_run_is_started_costs_a_sentence_and_leaves_nothing(home):
    with disk(home, "size=2m"):
        (home / "runs").mkdir()
        with full_disk(home):
            app = open_page("train")
            press(app, "start")
            assert error_messages.DISK_FULL in texts(app)
        assert list((home / "runs").iterdir()) == []
        press(app, "start")
        assert [run.name for run in run_store.all_runs()] == ["quick"]
        scheduler.stop(run_store.all_runs()[0])


def test_a_disk_that_gets_full_in_mid_run_ends_it_with_its_reason_and_its_weights(home):
    with disk(home, "size=6m"):
        run = scheduler.start(small_experiment(epochs=200), "filled")
        wait_until(has_epochs(run, 2))
        with full_disk(home):
            wait_until(have_ended(run))
            assert run.state in ("failed", "interrupted")  # where not even the first was written
            sentence = run.status()["sentence"]
            assert sentence.startswith(error_messages.DISK_FULL)
            assert "weights of its last full epoch are kept" in sentence
            assert len(model_store.card("filled")["curves"]) >= 1
            model_store.load("filled")
            assert sentence in texts(open_page("runs"))
        assert trained("on", continues="filled").state == "finished"
        assert status_on_disk(run) == run.state


def test_what_a_full_disk_keeps_from_being_written_holds_all_the_same_until_it_is(home):
    with disk(home, "size=2m"):
        run = run_store.create(small_experiment(), "dead")
        run.set_status("training", pid=2**22 + 1, token="none")
        with full_disk(home):
            scheduler.advance()
            assert (run.state, status_on_disk(run)) == ("interrupted", "training")
        scheduler.advance()
        assert (run.state, status_on_disk(run)) == ("interrupted", "interrupted")


@pytest.mark.parametrize("inodes", [20, 41, 45])  # a run takes five, the folder of runs a few
def test_a_disk_that_gets_full_in_mid_sweep_leaves_no_run_of_it(home, inodes):
    with disk(home, f"size=9m,nr_inodes={inodes}"):
        app = open_page("runs")
        (values,) = (one for one in app.text_input if one.label == "Values")
        values.set_value("0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9").run()
        press(app, "sweep_start")
        assert error_messages.DISK_FULL in texts(app)
        assert list((home / "runs").iterdir()) == []


def test_with_a_home_that_can_only_be_read_all_works_but_what_writes(home, done):
    kept = home.with_name("kept")
    home.rename(kept)
    home.mkdir()
    with disk(home, "size=20m"):
        shutil.copytree(kept, home, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        app = open_page("runs")
        assert boxes(app) == [f"Waiting runs can't begin now. {error_messages.NOT_WRITABLE}"]
        assert app.dataframe[0].value["Name"].iloc[0] == "done"
        app = open_page("train")
        press(app, "start")
        assert error_messages.NOT_WRITABLE in texts(app)
        assert model_store.load("done").count_params() == PARAMETERS
        assert not boxes(open_page("draw", {"model": "done"}))


def test_a_home_that_can_not_even_be_made_leaves_drawing_as_it_was(home, monkeypatch):
    (home.parent / "file").write_text("no folder")
    monkeypatch.setenv("MNIST_CORE_HOME", str(home.parent / "file" / "home"))
    assert not boxes(open_page("draw"))
    assert len(boxes(open_page("runs"))) == 1


def test_a_run_whose_folder_vanishes_ends_and_the_page_that_followed_it_goes_on(home):
    run = scheduler.start(small_experiment(**LONG), "vanishes")
    wait_until(lambda: events_of_kind(run, "steps"))
    status = run.status()
    app = open_page("train")
    assert "**vanishes** · Training" in texts(app)
    shutil.rmtree(run.folder, ignore_errors=True)
    shutil.rmtree(run.folder, ignore_errors=True)  # it may have written in between
    app.run()
    assert not app.exception
    assert "**vanishes**" not in texts(app) and "'vanishes' was deleted" in texts(app)
    wait_until(lambda: not local.is_alive(status), advance=False)
    assert run_store.all_runs() == []


def test_a_clock_that_jumps_changes_no_duration_and_loses_no_run(home, monkeypatch):
    real, jumps = time.time, itertools.cycle([0, 4e8, -4e8, 1e3])
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    runs = [trained(name, epochs=2) for name in ("one", "two", "three")]
    monkeypatch.setattr(time, "time", real)
    for run in runs:
        assert run.state == "finished"
        assert 0 < run.status()["seconds"] < TIMEOUT
        assert all(0 < event["seconds"] < TIMEOUT for event in events_of_kind(run, "epoch"))
        past = history.from_events(run.events()[0])
        assert past.steps.step == list(range(1, past.total_steps + 1))
    assert set(run_store.all_runs()) == set(runs)
    app = open_page("runs")
    assert sorted(app.dataframe[0].value["Name"][:3]) == ["one", "three", "two"]


def test_a_folder_that_an_older_version_wrote_is_shown_and_can_be_drawn_on(home, done):
    old = home / "runs" / "old"
    shutil.copytree(done.folder, old)
    experiment = json.loads((old / "experiment.json").read_text())
    del experiment["recipe"]["augmentation"], experiment["recipe"]["warmup"]  # came later
    (old / "experiment.json").write_text(json.dumps(experiment))
    (old / "status.json").write_text('{"state": "finished"}')
    card = json.loads((old / "card.json").read_text())
    card["experiment"] = experiment
    del card["versions"]
    (old / "card.json").write_text(json.dumps(card))
    start = {"kind": "start", "first_step": 1, "total_steps": 5, "steps_per_epoch": 5}
    steps = {"kind": "steps", "first": 1, "every": 1, "loss": [2.0], "accuracy": [0.1]}
    (old / "events.jsonl").write_text(f"{json.dumps(start)}\n{json.dumps(steps)}\n")
    for leftover in ("reports", "training", "validation", "test"):
        shutil.rmtree(old / leftover, ignore_errors=True)
    app = open_page("runs", {"run": "old"})
    assert boxes(app) == []
    assert "old" in list(app.dataframe[0].value["Name"])
    assert model_store.load("old").count_params() == PARAMETERS
    assert boxes(open_page("draw", {"model": "old"})) == []
    assert trained("newer", continues="old").state == "finished"


def test_what_a_newer_version_asks_for_is_named_and_the_rest_of_the_list_is_there(home, done):
    newer = home / "runs" / "newer"
    shutil.copytree(done.folder, newer)
    experiment = to_dict(done.experiment()) | {"quantum": True}
    (newer / "experiment.json").write_text(json.dumps(experiment))
    app = open_page("runs", {"run": "newer"})
    (box,) = boxes(app)
    assert "The experiment of 'newer' can't be read: " in box
    assert "quantum" in box
    assert "done" in list(app.dataframe[0].value["Name"])


@pytest.mark.parametrize("damage", [b"\x00\xff\xfe" * 5, b'{"kind": "start"}'])
def test_a_damaged_line_of_the_events_is_counted_and_the_rest_is_shown(home, done, damage):
    log = done.folder / "events.jsonl"
    lines = log.read_bytes().splitlines()
    log.write_bytes(b"\n".join([*lines[:3], damage, *lines[3:]]) + b"\n")
    assert len(events_of_kind(done, "damaged")) == 1
    for name in ("runs", "train"):
        app = open_page(name)
        assert "1 line of its record can't be read; the rest is shown." in texts(app)
        assert boxes(app) == []
    past = history.from_events(done.events()[0])
    assert past.train.step


def test_events_that_are_noise_from_end_to_end_leave_the_figures_of_the_card(home, done):
    (done.folder / "events.jsonl").write_bytes(os.urandom(20_000))
    app = open_page("runs", {"run": "done"})
    accuracy = f"{model_store.card('done')['test']['accuracy']:.2%}".replace("%", " %")
    assert accuracy in [metric.value for metric in app.metric]
    assert "of its record can't be read" in texts(app)


def test_a_server_that_does_not_let_go_of_the_queue_costs_the_others_a_sentence(home, monkeypatch):
    monkeypatch.setattr(queue, "BUSY_TIMEOUT", 0.0)
    monkeypatch.setattr(scheduler, "last_advance", float("-inf"))
    home.mkdir()
    with FileLock(home / "scheduler.lock"):
        app = open_page("runs")
        assert boxes(app) == [f"Waiting runs can't begin now. {error_messages.QUEUE_BUSY}"]
        app = open_page("train")
        press(app, "start")
        (run,) = run_store.all_runs()
        assert run.state == "queued"  # it is there, and begins once the other lets go
        press(app, "stop")
        assert run.state == "stopped"


def test_a_server_that_does_not_let_go_of_the_list_of_runs_costs_a_sentence(home, monkeypatch):
    monkeypatch.setattr(run_store, "LOCK_TIMEOUT", 0.2)
    home.mkdir()
    with FileLock(home / "queue.lock"):
        app = open_page("train")
        press(app, "start")
        assert error_messages.QUEUE_BUSY in texts(app)
    assert list((home / "runs").iterdir()) == []


@pytest.mark.parametrize(("page", "stop"), [("train", "stop"), ("runs", "stop_run")])
def test_a_cluster_that_does_not_answer_keeps_nobody_from_stopping_a_run(
    home, monkeypatch, page, stop
):
    asked, answer, answers = threading.Event(), threading.Event(), []

    def ask(*_):
        asked.set()
        answers.append(answer.wait(TIMEOUT))
        return 1

    monkeypatch.setenv("MNIST_CORE_RAY", "auto")
    monkeypatch.setattr(ray_cluster, "is_alive", ask)
    monkeypatch.setattr(ray_cluster, "capacity", ask)
    monkeypatch.setattr(scheduler, "last_advance", float("-inf"))
    run = run_store.create(small_experiment(**LONG), "far away")
    run.set_status("training", ray="a job")
    app = open_page(page)
    assert asked.wait(TIMEOUT)
    press(app, stop)
    assert (run.stop_requested(), answers) == (True, [])
    answer.set()
    wait_until(lambda: scheduler.last_advance > 0, advance=False)


def test_why_a_cluster_can_not_be_reached_stays_on_the_page_while_it_is_asked_again(
    home, monkeypatch
):
    monkeypatch.setenv("MNIST_CORE_RAY", "auto")
    monkeypatch.setitem(sys.modules, "ray.job_submission", None)  # as if it weren't installed
    monkeypatch.setattr(scheduler, "last_advance", float("-inf"))
    run_store.create(small_experiment(), "waits")
    app = open_page("runs")
    sentence = "Runs wait for the Ray cluster"
    wait_until(lambda: sentence in texts(app.run()), advance=False)
    answer = threading.Event()
    monkeypatch.setattr(ray_cluster, "capacity", lambda: answer.wait(TIMEOUT))
    for _ in range(3):
        assert sentence in texts(app.run())
    answer.set()


def test_servers_on_one_home_share_one_queue_and_start_no_run_twice(home):
    code = """
        import time
        from small_runs import POLL, have_ended, small_experiment
        from mnist_core.runs.run import ACTIVE
        from mnist_core.runs.store import all_runs
        from mnist_core.scheduler import scheduler

        for name in {names}:
            print(scheduler.start(small_experiment(), name).id)
        while not have_ended()():
            scheduler.advance()
            assert [run.state in ACTIVE for run in all_runs()].count(True) <= 1
            time.sleep(POLL)
    """
    names = ["ab", "cd"]  # of the runs of each server
    servers = [
        start_python(code.format(names=list(letters)), MNIST_CORE_RUNS_AT_ONCE="1")
        for letters in names
    ]
    started = [run_id for server in servers for run_id in output_of(server).split()]
    runs = run_store.all_runs()
    assert len(started) == 4
    assert {run.id for run in runs} == set(started)
    for run in runs:
        assert run.state == "finished"
        assert len(events_of_kind(run, "start")) == 1
        assert run.status()["tries"] == 1


def test_a_run_that_needs_more_memory_than_it_may_have_ends_alone_and_says_why(home, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_RUN_MEMORY", "1500")
    large = Network([ConvBlock(filters=256, pool_size=0)], dense=[DenseLayer(units=1024)])
    assert 4 * summary.parameter_count(large) > 700e6  # bytes, and Adam wants three times that
    run = scheduler.start(small_experiment(large), "large")
    wait_until(have_ended(run))
    assert run.state == "failed"
    assert run.status()["sentence"] == error_messages.OUT_OF_MEMORY
    following = scheduler.start(small_experiment(), "following")
    wait_until(have_ended(following))
    assert following.state == "finished"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux asks whom to end first")
def test_when_memory_runs_out_the_system_ends_a_training_before_all_else(home):
    run = scheduler.start(small_experiment(**LONG), "first to go")
    pid = run.status()["pid"]
    wait_until(lambda: psutil.Process(pid).nice() >= psutil.Process().nice() + 5, advance=False)
    adjustment = Path(f"/proc/{pid}/oom_score_adj")
    wait_until(lambda: adjustment.read_text().strip() == "1000", advance=False)


def test_a_run_that_had_its_time_stops_and_keeps_what_it_learned(home, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_MINUTES", "1")
    clock = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    run = trained("long", epochs=200)
    assert run.state == "stopped"
    assert "It had a minute, as every run here. Continue goes on from here." in texts(
        open_page("runs")
    )
    assert model_store.card("long")["test"]["images"] == 10_000


def test_a_crash_of_the_program_itself_leaves_its_trace_in_the_runs_folder(home):
    run = scheduler.start(small_experiment(**LONG), "crashes")
    wait_until(lambda: events_of_kind(run, "steps"))
    psutil.Process(run.status()["pid"]).send_signal(6)  # SIGABRT, as compiled code ends itself
    wait_until(have_ended(run))
    assert run.state == "interrupted"
    assert "Fatal Python error: Aborted" in (run.folder / "worker.log").read_text()


def test_a_run_that_no_process_began_is_begun_once_more_and_no_more(home, monkeypatch):
    monkeypatch.setattr(
        local, "submit", lambda run, **fields: run.set_status("starting", pid=0, **fields)
    )
    run = run_store.create(PRESETS["tiny"], "never")
    states = []
    for _ in range(4):
        scheduler.advance()
        states.append((run.state, run.status().get("tries")))
    assert states == [("starting", 1), ("starting", 2), ("interrupted", 2), ("interrupted", 2)]
