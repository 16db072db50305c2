"""One bad file costs one line: everything else is listed, and what is wrong is named."""

import json
import math
import os
import unicodedata

import pytest
from damages import EVENTS, FILES, NO_FILE, VALUES, with_value, without
from filelock import FileLock
from kept_models import keep

from mnist_core.cli.parser import main
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.runs.events import parse
from mnist_core.scheduler import scheduler
from mnist_core.system import users

CARD_FIELDS = ["test", "test.accuracy", "test.loss", "test.images", "seconds", "looks", "made"]
CARD_FIELDS += ["curves", "parameters", "experiment", "experiment.network", "experiment.data"]
STATUS_FIELDS = [
    "state",
    "sentence",
    "created",
    "started",
    "seconds",
    "tries",
    "continues",
    "sweep",
]


@pytest.fixture
def good(home):
    return keep("good")


@pytest.fixture
def damaged(good):
    return keep("damaged")


@pytest.fixture
def listed(capsys):
    """A function: the rows of a command that lists, by name."""

    def run(command):
        assert main([command, "--json"]) == 0
        out, err = capsys.readouterr()
        assert not err
        rows = [json.loads(line) for line in out.splitlines()]
        return {row["name"]: row for row in rows}

    return run


def assert_all_is_listed(listed):
    assert {"good", "reader", "classic"} <= listed("models").keys()
    assert "good" in listed("runs")


@pytest.mark.parametrize("file", ["card.json", "status.json", "experiment.json", "events.jsonl"])
@pytest.mark.parametrize("damage", FILES)
def test_a_damaged_file_of_a_run_hides_no_other_run_or_model(damaged, listed, file, damage):
    FILES[damage](damaged.folder / file)
    assert_all_is_listed(listed)


@pytest.mark.parametrize("damage", sorted(FILES.keys() - NO_FILE))
def test_a_damaged_card_is_a_line_that_says_so(damaged, listed, damage):
    FILES[damage](damaged.folder / "card.json")
    assert "card" in listed("models")["damaged"]["error"]


@pytest.mark.parametrize("damage", NO_FILE)
def test_a_run_without_a_card_is_no_model(damaged, listed, damage):
    FILES[damage](damaged.folder / "card.json")
    assert listed("models").keys() == {"good", "reader", "classic"}


@pytest.mark.parametrize("field", CARD_FIELDS)
@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value!r:.20}")
def test_any_value_in_a_card_is_accepted_or_named_and_hides_nothing(damaged, listed, field, value):
    with_value(damaged.folder / "card.json", field, value)
    row = listed("models")["damaged"]
    if "error" in row:
        assert field.split(".")[-1] in row["error"] or "experiment" in row["error"]
    else:
        accuracy = (row["test"] or {"accuracy": 0})["accuracy"]
        assert 0 <= accuracy <= 1 and (row["seconds"] is None or 0 <= row["seconds"] < math.inf)
    assert_all_is_listed(listed)


@pytest.mark.parametrize("field", ["test", "seconds", "made", "curves", "parameters", "versions"])
def test_a_card_of_an_earlier_version_may_lack_a_field(damaged, listed, field):
    without(damaged.folder / "card.json", field)
    assert "error" not in listed("models")["damaged"]


@pytest.mark.parametrize("accuracy", [5, -0.1, math.nan, 1.0001, None, "0.9", [0.9], True, 10**400])
def test_no_card_claims_an_accuracy_outside_of_0_to_1(damaged, accuracy):
    with_value(damaged.folder / "card.json", "test.accuracy", accuracy)
    with pytest.raises(ValueError, match=r"test\.accuracy must be a number from 0 to 1\. Received"):
        model_store.card("damaged")


@pytest.mark.parametrize("field", STATUS_FIELDS)
@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value!r:.20}")
def test_any_value_in_a_status_hides_no_run(damaged, listed, field, value):
    with_value(damaged.folder / "status.json", field, value)
    assert listed("runs").keys() == {"good", "damaged"}


@pytest.mark.parametrize("field", ["host", "pid", "token", "ray", "started", "tries"])
def test_any_value_about_the_process_of_a_run_that_trains_leaves_the_queue_going(damaged, field):
    process = {"host": None, "pid": 1, "token": "x", "ray": None, "started": 1.0, "tries": 9}
    for value in VALUES:
        damaged.set_status("training", **process)
        with_value(damaged.folder / "status.json", field, value)
        scheduler.advance()
        assert damaged.state in ("training", "interrupted"), value


@pytest.mark.parametrize("damage", EVENTS)
def test_a_figure_that_no_training_has_is_a_damaged_event(damage):
    assert parse(json.dumps(EVENTS[damage]).encode()) == {"kind": "damaged"}


def test_a_run_that_lost_its_experiment_is_listed_and_can_be_deleted(damaged, listed):
    (damaged.folder / "experiment.json").unlink()
    assert "damaged" in listed("runs")
    assert model_store.card("damaged")["name"] == "damaged"
    run_store.delete("damaged")
    assert listed("runs").keys() == {"good"}


def test_a_run_whose_folder_is_a_link_to_itself_hides_no_other(good, listed):
    loop = good.folder.with_name("loop")
    loop.symlink_to(loop)
    assert listed("runs").keys() == {"good"}
    assert_all_is_listed(listed)


def test_a_run_whose_accents_came_apart_on_another_system_is_found_by_its_name(good, listed):
    composed, apart = (unicodedata.normalize(form, "Übung é") for form in ("NFC", "NFD"))
    run = keep(composed)
    run.folder.rename(run.folder.with_name(apart))
    assert listed("runs").keys() == {"good", apart}
    for name in (composed, apart):
        assert model_store.card(name)["test"] == model_store.card(run)["test"]
        assert run_store.get(name) == run
    assert run_store.create(run.experiment(), composed).name == f"{composed} 2"
    run_store.delete(composed)
    assert not run.exists()


@pytest.fixture
def forbid():
    """A function that has nobody look into a file or folder; it may be looked into afterwards."""
    forbidden = {}

    def chmod(path):
        forbidden[path] = path.stat().st_mode
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("whoever runs this test may read anything")

    yield chmod
    for path, mode in forbidden.items():
        path.chmod(mode)


def test_a_run_that_may_not_be_looked_into_is_a_line_that_says_so(damaged, listed, forbid):
    forbid(damaged.folder)
    assert_all_is_listed(listed)
    assert listed("runs")["damaged"]["sentence"] == "Its status can't be read."


@pytest.mark.parametrize("file", ["card.json", "status.json", "experiment.json", "events.jsonl"])
def test_a_file_that_may_not_be_read_hides_no_other_run_or_model(damaged, listed, forbid, file):
    forbid(damaged.folder / file)
    assert_all_is_listed(listed)
    assert "damaged" in listed("runs")


def test_runs_are_listed_while_another_process_holds_the_queue(good, listed, monkeypatch):
    monkeypatch.setattr("mnist_core.scheduler.queue.BUSY_TIMEOUT", 0.0)
    with FileLock(users.home() / "scheduler.lock"):
        assert "good" in listed("runs")


@pytest.mark.parametrize("error", [PermissionError(13, "denied"), OSError(30, "read-only")])
def test_runs_are_listed_where_nothing_can_be_written(good, listed, monkeypatch, error):
    opened = os.open

    def refuse(path, flags, *arguments, **options):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and str(users.home()) in str(path):
            raise error
        return opened(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    assert "good" in listed("runs")
    assert "good" in listed("models")
