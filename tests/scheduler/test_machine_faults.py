"""What machines do to a program: each costs one clear sentence, and the rest goes on working."""

import contextlib
import itertools
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from mnist_core.config import validation
from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network, Recipe
from mnist_core.data import loading
from mnist_core.models import store as model_store
from mnist_core.network import summary
from mnist_core.presets import PRESETS
from mnist_core.runs import history
from mnist_core.runs import store as run_store
from mnist_core.runs.run import ACTIVE, ENDED
from mnist_core.scheduler import job, local, queue, scheduler
from mnist_core.system import error_messages

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SMALL = Network(blocks=[ConvBlock(filters=4)], dense=[DenseLayer(units=16)])
PATIENCE = 120  # seconds, for what a process does on a busy machine
SERVERS = 2


def experiment(network=SMALL, **recipe):
    chosen = {"train_images": 600, "epochs": 1} | recipe
    return Experiment(network, Recipe(**chosen), loading.best_available())


@pytest.fixture(autouse=True)
def no_process_is_left_behind(home, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("pages.ui.choices.loader.load_in_background", lambda *_: None)
    monkeypatch.setattr("mnist_core.scheduler.scheduler.prewarm", lambda: None)
    yield
    for run in run_store.all_runs():
        if run.status().get("pid", os.getpid()) != os.getpid() and scheduler.is_alive(run):
            psutil.Process(run.status()["pid"]).kill()


@contextlib.contextmanager
def disk(place, options):
    """A disk of its own at a place, for as long as the block lasts."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as fault:
        pytest.skip(f"mounting a small disk is not allowed here: {fault}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place):
    """Leave no byte free on the disk of a folder."""
    with contextlib.suppress(OSError), (place / "ballast").open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 8, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass


def wait_for(condition, run):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, run.status()
        with contextlib.suppress(OSError):
            scheduler.advance()
        time.sleep(0.05)


def page(name, **query) -> AppTest:
    """A new visitor's page."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params.update(query)
    app.switch_page(f"pages/{name}.py").run()
    assert not app.exception
    return app


def said(app):
    """All that is said on a page in boxes, captions and toasts."""
    kinds = ("error", "warning", "info", "caption", "toast", "markdown")
    return "\n".join(element.value for kind in kinds for element in app.get(kind))


def boxes(app):
    return [element.value for kind in ("error", "warning") for element in app.get(kind)]


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def of_kind(run, kind):
    return [event for event in run.events()[0] if event["kind"] == kind]


@pytest.fixture
def done(home):
    """A finished run with a real model."""
    run = run_store.create(experiment(), "done")
    job.train_run(run)
    return run


def test_a_disk_that_is_full_when_a_run_is_started_costs_a_sentence_and_leaves_nothing(home):
    with disk(home, "size=2m"):
        (home / "runs").mkdir()
        fill(home)
        app = page("train")
        press(app, "start")
        assert error_messages.DISK_FULL in said(app)
        (home / "ballast").unlink()
        assert list((home / "runs").iterdir()) == []
        press(app, "start")
        assert [run.name for run in run_store.all_runs()] == ["quick"]
        scheduler.stop(run_store.all_runs()[0])


def test_a_disk_that_gets_full_in_mid_run_ends_it_with_its_reason_and_its_weights(home):
    with disk(home, "size=6m"):
        run = scheduler.start(experiment(epochs=200), "filled")
        wait_for(lambda: len(of_kind(run, "epoch")) >= 2, run)
        fill(home)
        wait_for(lambda: run.state in ENDED, run)
        assert run.state in ("failed", "interrupted")  # the second where not even that was written
        if run.state == "failed":
            assert error_messages.DISK_FULL in run.status()["sentence"]
        assert "weights of its last full epoch are kept" in run.status()["sentence"]
        assert len(model_store.card("filled")["curves"]) >= 1
        model_store.load("filled")
        app = page("runs")
        assert run.status()["sentence"] in said(app)
        (home / "ballast").unlink()
        more = scheduler.start(experiment(epochs=1), "on", continues="filled")
        wait_for(lambda: more.state in ENDED, more)
        assert more.state == "finished"
        assert json.loads((run.folder / "status.json").read_text())["state"] == run.state


def test_what_a_full_disk_keeps_from_being_written_holds_all_the_same_until_it_is(home):
    with disk(home, "size=2m"):
        run = run_store.create(experiment(), "dead")
        run.set_status("training", pid=2**22 + 1, token="none")
        fill(home)
        scheduler.advance()
        assert run.state == "interrupted"
        assert json.loads((run.folder / "status.json").read_text())["state"] == "training"
        (home / "ballast").unlink()
        scheduler.advance()
        assert json.loads((run.folder / "status.json").read_text())["state"] == "interrupted"


def test_with_a_home_that_can_only_be_read_all_works_but_what_writes(home, done):
    kept = home.with_name("kept")
    home.rename(kept)
    home.mkdir()
    with disk(home, "size=20m"):
        shutil.copytree(kept, home, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        app = page("runs")
        assert boxes(app) == [
            f"Runs can't be started or stopped now. {error_messages.NOT_WRITABLE}"
        ]
        assert app.dataframe[0].value["Name"].iloc[0] == "done"
        app = page("train")
        press(app, "start")
        assert error_messages.NOT_WRITABLE in said(app)
        assert model_store.load("done").count_params() == 11_042
        assert not boxes(page("draw", model="done"))


def test_a_home_that_can_not_even_be_made_leaves_drawing_as_it_was(home, monkeypatch):
    (home.parent / "file").write_text("no folder")
    monkeypatch.setenv("MNIST_CORE_HOME", str(home.parent / "file" / "home"))
    assert not boxes(page("draw"))
    assert len(boxes(page("runs"))) == 1


def test_a_run_whose_folder_vanishes_ends_and_the_page_that_followed_it_goes_on(home):
    run = scheduler.start(experiment(epochs=200), "vanishes")
    wait_for(lambda: of_kind(run, "steps"), run)
    status = run.status()
    app = page("train")
    assert "**vanishes** · Training" in said(app)
    shutil.rmtree(run.folder, ignore_errors=True)
    shutil.rmtree(run.folder, ignore_errors=True)  # it may have written in between
    app.run()
    assert not app.exception
    assert "vanishes" not in said(app)
    end = time.monotonic() + PATIENCE
    while local.is_alive(status):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert run_store.all_runs() == []


def test_a_clock_that_jumps_changes_no_duration_and_loses_no_run(home, monkeypatch):
    real, jumps = time.time, itertools.cycle([0, 4e8, -4e8, 1e3])
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    for name in ("one", "two", "three"):
        run_store.create(experiment(epochs=2), name)
    for run in run_store.all_runs():
        job.train_run(run)
    monkeypatch.undo()
    monkeypatch.setenv("MNIST_CORE_HOME", str(home))
    for run in run_store.all_runs():
        assert run.state == "finished"
        assert 0 < run.status()["seconds"] < PATIENCE
        assert all(0 < event["seconds"] < PATIENCE for event in of_kind(run, "epoch"))
        told = history.from_events(run.events()[0])
        assert told.steps.step == list(range(1, told.total_steps + 1))
    monkeypatch.chdir(ROOT)
    app = page("runs")
    assert sorted(app.dataframe[0].value["Name"][:3]) == ["one", "three", "two"]


def test_a_folder_that_an_older_version_wrote_is_shown_and_can_be_drawn_on(home, done):
    old = home / "runs" / "old"
    shutil.copytree(done.folder, old)
    asked = json.loads((old / "experiment.json").read_text())
    del asked["recipe"]["augmentation"], asked["recipe"]["warmup"]  # fields that came later
    (old / "experiment.json").write_text(json.dumps(asked))
    (old / "status.json").write_text('{"state": "finished"}')
    card = json.loads((old / "card.json").read_text())
    card["experiment"] = asked
    del card["versions"]
    (old / "card.json").write_text(json.dumps(card))
    start = {"kind": "start", "first_step": 1, "total_steps": 5, "steps_per_epoch": 5}
    steps = {"kind": "steps", "first": 1, "every": 1, "loss": [2.0], "accuracy": [0.1]}
    (old / "events.jsonl").write_text(f"{json.dumps(start)}\n{json.dumps(steps)}\n")
    for leftover in ("reports", "training", "validation", "test"):
        shutil.rmtree(old / leftover, ignore_errors=True)
    app = page("runs", run="old")
    assert boxes(app) == []
    assert "old" in list(app.dataframe[0].value["Name"])
    assert model_store.load("old").count_params() == 11_042
    assert boxes(page("draw", model="old")) == []
    more = run_store.create(experiment(), "newer", continues="old")
    job.train_run(more)
    assert more.state == "finished"


def test_what_a_newer_version_asks_for_is_named_and_the_rest_of_the_list_is_there(home, done):
    newer = home / "runs" / "newer"
    shutil.copytree(done.folder, newer)
    asked = validation.to_dict(done.experiment()) | {"quantum": True}
    (newer / "experiment.json").write_text(json.dumps(asked))
    app = page("runs", run="newer")
    (box,) = boxes(app)
    assert "Its experiment can't be read" in box
    assert "quantum" in box
    assert "done" in list(app.dataframe[0].value["Name"])


@pytest.mark.parametrize("damage", [b"\x00\xff\xfe" * 5, b'{"kind": "start"}'])
def test_a_damaged_line_of_the_events_is_counted_and_the_rest_is_shown(home, done, damage):
    log = done.folder / "events.jsonl"
    lines = log.read_bytes().splitlines()
    log.write_bytes(b"\n".join([*lines[:3], damage, *lines[3:]]) + b"\n")
    assert len(of_kind(done, "damaged")) == 1
    for name in ("runs", "train"):
        app = page(name)
        assert "1 line of its record can't be read; the rest is shown." in said(app)
        assert boxes(app) == []
    told = history.from_events(done.events()[0])
    assert told.train.step


def test_events_that_are_noise_from_end_to_end_leave_the_figures_of_the_card(home, done):
    (done.folder / "events.jsonl").write_bytes(os.urandom(20_000))
    app = page("runs", run="done")
    assert f"{model_store.card('done')['test']['accuracy']:.2%}" in [m.value for m in app.metric]
    assert "of its record can't be read" in said(app)


def test_a_server_that_does_not_let_go_of_the_queue_costs_the_others_a_sentence(home, monkeypatch):
    monkeypatch.setattr(queue, "LOCK_TIMEOUT", 0.2)
    monkeypatch.setattr(scheduler, "_last_advance", float("-inf"))
    home.mkdir()
    with FileLock(home / "queue.lock"):
        app = page("runs")
        assert boxes(app) == [f"Runs can't be started or stopped now. {error_messages.QUEUE_BUSY}"]
        app = page("train")
        press(app, "start")
        (run,) = run_store.all_runs()
        assert run.state == "queued"  # it is there, and begins once the other lets go
    scheduler.stop(run)


def serve(home, names, at_once):
    """What a server does for the queue: it starts runs, and looks after all until they ended."""
    os.environ |= {"MNIST_CORE_HOME": str(home), "MNIST_CORE_RUNS_AT_ONCE": str(at_once)}
    for name in names:
        scheduler.start(experiment(), name)
    while not all(run.state in ENDED for run in run_store.all_runs()):
        scheduler.advance()
        active = [run.name for run in run_store.all_runs() if run.state in ACTIVE]
        if len(active) > at_once:
            sys.exit(3)
        time.sleep(0.01)


def test_servers_on_one_home_share_one_queue_and_start_no_run_twice(home):
    together = multiprocessing.get_context("spawn")
    names = [[f"{number}{letter}" for letter in "ab"] for number in range(SERVERS)]
    servers = [together.Process(target=serve, args=(home, some, 1)) for some in names]
    for server in servers:
        server.start()
    for server in servers:
        server.join(PATIENCE)
    assert [server.exitcode for server in servers] == [0] * SERVERS
    found = run_store.all_runs()
    assert sorted(run.name for run in found) == sorted(itertools.chain(*names))
    for run in found:
        assert run.state == "finished"
        assert len(of_kind(run, "start")) == 1
        assert run.status()["tries"] == 1


def test_a_run_that_needs_more_memory_than_it_may_have_ends_alone_and_says_why(home, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_RUN_MEMORY", "1500")
    large = Network([ConvBlock(filters=256, pool_size=0)], dense=[DenseLayer(units=1024)])
    assert 4 * summary.parameter_count(large) > 700e6  # bytes, and Adam wants three times that
    run = scheduler.start(experiment(large), "large")
    wait_for(lambda: run.state in ENDED, run)
    assert run.state == "failed"
    assert run.status()["sentence"] == error_messages.OUT_OF_MEMORY
    next_one = scheduler.start(experiment(), "next")
    wait_for(lambda: next_one.state in ENDED, next_one)
    assert next_one.state == "finished"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux asks whom to end first")
def test_when_memory_runs_out_the_system_ends_a_training_before_all_else(home):
    run = scheduler.start(experiment(epochs=200), "first to go")
    wait_for(lambda: of_kind(run, "steps"), run)
    place = Path(f"/proc/{run.status()['pid']}")
    assert place.joinpath("oom_score_adj").read_text().strip() == "1000"
    assert psutil.Process(run.status()["pid"]).nice() >= psutil.Process().nice() + 5
    scheduler.stop(run)
    wait_for(lambda: run.state in ENDED, run)


def test_a_run_that_had_its_time_stops_and_keeps_what_it_learned(home, monkeypatch):
    monkeypatch.setenv("MNIST_CORE_MINUTES", "1")
    clock = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    run = run_store.create(experiment(epochs=200), "long")
    job.train_run(run)
    assert run.state == "stopped"
    assert "It had a minute, as every run here. Continue goes on from here." in said(page("runs"))
    assert model_store.card("long")["test"]["images"] == 10_000


def test_a_crash_of_the_program_itself_leaves_its_trace_in_the_runs_folder(home):
    run = scheduler.start(experiment(epochs=200), "crashes")
    wait_for(lambda: of_kind(run, "steps"), run)
    psutil.Process(run.status()["pid"]).send_signal(6)  # SIGABRT, as compiled code ends itself
    wait_for(lambda: run.state in ENDED, run)
    assert run.state == "interrupted"
    assert "Fatal Python error: Aborted" in (run.folder / "worker.log").read_text()


def test_a_run_that_no_process_began_is_begun_once_more_and_no_more(home, monkeypatch):
    engine = local
    monkeypatch.setattr(
        engine, "submit", lambda run, **known: run.set_status("starting", pid=0, **known)
    )
    run = run_store.create(PRESETS["tiny"], "never")
    states = []
    for _ in range(4):
        scheduler.advance()
        states.append((run.state, run.status().get("tries")))
    assert states == [("starting", 1), ("starting", 2), ("interrupted", 2), ("interrupted", 2)]
