"""Many users on one server: each has their own runs and a fair turn."""

import errno
import itertools
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import numpy as np
import psutil
import pytest
import streamlit as st

from mnist_core.config import validation
from mnist_core.data.types import Digits
from mnist_core.evaluation import labelled_sets
from mnist_core.models import store as model_store
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.runs.run import Run
from mnist_core.scheduler import local, queue, scheduler
from mnist_core.scheduler.queue import QueueEntry
from mnist_core.system import atomic_files, error_messages, users
from pages.ui.choices import predictions
from pages.ui.runs import actions as run_actions
from pages.ui.widgets import duration as run_duration

ANN, BEN, EVE = (users.user_id(f"browser {name}") for name in ("ann", "ben", "eve"))
TINY = PRESETS["tiny"]


@pytest.fixture
def many(monkeypatch):
    """A server for many users."""
    monkeypatch.setenv("MNIST_CORE_PEOPLE", "many")


def make_run(user, name="mine", state=None):
    with users.as_user(user):
        run = run_store.create(TINY, name)
    if state:
        run.set_status(state)
    return run


def make_ended_run(user, name="mine"):
    """A finished run; its model is only files here."""
    run = make_run(user, name)
    (run.folder / "model.keras").write_bytes(b"weights")
    (run.folder / "card.json").write_text("{}")
    run.set_status("finished")
    return run


NOT_THERE, NO_NAME = r"There is no (run|model) called 'mine'", "A name must"


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("mine", NOT_THERE),
        (f"../../{ANN}/runs/mine", NO_NAME),
        (f"../{ANN}", NO_NAME),
        ("..", NO_NAME),
        (f"{ANN}/mine", NO_NAME),
    ],
)
def test_a_user_neither_sees_nor_gets_what_is_somebody_elses(home, many, name, refusal):
    hers = make_ended_run(ANN)
    getters = (run_store.get, run_store.delete, model_store.card, model_store.weights_path)
    with users.as_user(BEN):
        assert run_store.all_runs() == []
        assert model_store.names() == list(model_store.SHIPPED)
        for get in (*getters, lambda name: run_store.rename(name, "stolen")):
            with pytest.raises(ValueError, match=refusal):
                get(name)
    assert hers.state == "finished"


def test_two_users_call_a_run_the_same_and_notice_nothing_of_each_other(home, many):
    assert [make_run(user).name for user in (ANN, BEN, ANN)] == ["mine", "mine", "mine 2"]


def test_on_a_server_for_many_nothing_is_given_where_no_user_is_known(home, many):
    with pytest.raises(users.UnknownUserError):
        run_store.all_runs()
    before = users.set_user_resolver(lambda: "not a user's id")
    try:
        with pytest.raises(users.UnknownUserError):
            run_store.all_runs()
        users.set_user_resolver(lambda: EVE)
        assert run_store.all_runs() == []
    finally:
        users.set_user_resolver(before)


def test_another_thread_works_for_no_user_until_one_is_set(home, many):
    make_ended_run(ANN)
    with users.as_user(ANN), ThreadPoolExecutor(1) as other_thread:
        assert [run.name for run in run_store.all_runs()] == ["mine"]
        with pytest.raises(users.UnknownUserError):
            other_thread.submit(run_store.all_runs).result()


def test_the_name_of_the_folder_does_not_give_the_secret_away(home):
    assert users.USER_ID.fullmatch(ANN)
    assert "ann" not in ANN
    assert users.user_id("browser ann") == ANN != users.user_id("login ann")


def test_the_queue_knows_the_runs_of_all_and_whose_they_are(home, many):
    runs = [make_run(user) for user in (users.SINGLE_USER, ANN)]
    assert run_store.all_users_runs() == runs
    assert [run.user_id for run in runs] == [users.SINGLE_USER, ANN]


def entry(user, number, state="queued", started=0.0):
    run = Run(users.user_folder(user) / "runs" / f"run {number}")
    return QueueEntry(run, user, state, created=float(number), started=started)


def numbers(entries):
    return [int(entry.created) for entry in entries]


@pytest.mark.parametrize(
    ("entries", "order"),
    [
        (  # a sweep lets everybody else in between
            [*(entry(ANN, n) for n in range(1, 6)), entry(BEN, 10), entry(EVE, 11), entry(BEN, 12)],
            [1, 10, 11, 2, 12, 3, 4, 5],
        ),
        (  # whose run began last comes last
            [
                *(entry(ANN, 1, "finished", 100.0), entry(BEN, 2, "finished", 50.0)),
                *(entry(ANN, 3), entry(BEN, 4), entry(EVE, 5)),
            ],
            [5, 4, 3],
        ),
    ],
)
def test_the_user_whose_last_run_began_longest_ago_comes_next(entries, order):
    assert numbers(queue.order(entries)) == order


@pytest.mark.slow
def test_the_queue_that_reads_nothing_twice_is_the_one_that_reads_everything(home, many):
    rng, times = random.Random(6), itertools.count(10**18)
    for user in (ANN, BEN, EVE) * 3:
        make_run(user)
    for number in range(150):
        user = rng.choice([ANN, BEN, EVE])
        with users.as_user(user):
            runs = run_store.all_runs()
            run = rng.choice(runs) if runs else run_store.create(TINY, "mine")
            match rng.randrange(5), run.state:
                case 0, _:
                    run_store.create(TINY, "mine")
                case 1, "finished":
                    run_store.delete(run.name)
                case 2, "finished":
                    run_store.rename(run.name, f"called {number}")
                case _, "queued":
                    run.set_status("training", started=float(number))
                case _, "training":
                    run.set_status("finished")
        for folder in users.all_run_folders():  # changed long ago, and each time at another time
            if number == 0 or folder.parent.name == user:
                os.utime(folder, ns=(changed := next(times), changed))
        everything = queue.make_entries(run_store.all_users_runs())
        snapshot = queue.snapshot()
        assert queue.order(snapshot) == queue.order(everything)
        training = [
            [e for e in entries if e.state == "training"] for entries in (snapshot, everything)
        ]
        assert training[0] == training[1]
        assert len(snapshot) <= len(everything)


@pytest.mark.parametrize(
    ("max_concurrent", "max_per_user", "begin"),
    [(4, 1, [4]), (4, 0, [4, 2, 3]), (2, 0, [4]), (1, 0, [])],
)
def test_no_more_runs_begin_than_may_train_and_than_a_user_may_have(
    max_concurrent, max_per_user, begin
):
    entries = [entry(ANN, 1, "training", 1.0), entry(ANN, 2), entry(ANN, 3), entry(BEN, 4)]
    assert numbers(queue.select_runnable(entries, max_concurrent, max_per_user)) == begin


def test_positions_are_given_in_the_order_of_the_queue(home, many, monkeypatch):
    monkeypatch.setattr(scheduler, "POSITION_CACHE_SECONDS", -1.0)
    training, second, first = make_run(ANN, state="training"), make_run(ANN), make_run(BEN)
    training.set_status("training", started=5.0)
    assert [scheduler.queue_position(run) for run in (training, first, second)] == [0, 1, 2]


def test_a_run_that_just_came_has_a_position_at_once(home, many):
    assert [scheduler.queue_position(make_run(ANN)) for _ in range(3)] == [1, 2, 3]


def test_a_turn_that_lies_in_the_future_is_none_because_the_clock_was_put_back(home, many):
    make_run(ANN, state="finished").update_status(started=time.time() + 1e6)
    make_run(BEN, state="finished").update_status(started=time.time() - 1e6)
    waiting = make_run(BEN, "later"), make_run(ANN, "later")
    entries = queue.order(queue.make_entries(run_store.all_users_runs()))
    assert [entry.run for entry in entries] == list(reversed(waiting))


def test_a_run_that_can_not_begin_keeps_nobody_from_their_turn(home, many, monkeypatch):
    broken, good = make_run(ANN), make_run(BEN)

    def submit(run, **fields):
        if run == broken:
            raise PermissionError(errno.EACCES, "its folder can't be written")
        run.set_status("testing", **fields)

    monkeypatch.setenv("MNIST_CORE_RUNS_AT_ONCE", "1")
    monkeypatch.setattr(local, "submit", submit)
    with pytest.raises(PermissionError):
        scheduler.advance()
    assert (good.state, broken.state) == ("testing", "queued")


def test_a_run_that_can_not_begin_again_and_again_takes_one_process(home, monkeypatch):
    run, this = make_run(users.SINGLE_USER), psutil.Process()
    local.end_prewarmed()
    before = set(this.children())
    monkeypatch.setattr(atomic_files, "write", Mock(side_effect=OSError(errno.ENOSPC, "full")))
    for _ in range(3):
        with pytest.raises(OSError, match="full"):
            local.submit(run)
    (process,) = set(this.children()) - before
    local.end_prewarmed()
    process.wait(10)


def test_a_run_that_ends_just_before_its_process_dies_is_not_interrupted(home, monkeypatch):
    run = make_run(users.SINGLE_USER, state="training")
    monkeypatch.setattr(scheduler, "is_alive", lambda run: run.set_status("finished"))
    scheduler.advance()
    assert run.state == "finished"


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("MNIST_CORE_WAITING_PER_PERSON", "At most 2 of your runs can wait"),
        ("MNIST_CORE_KEPT_PER_PERSON", "At most 2 of your runs can be kept"),
    ],
)
def test_one_user_can_not_fill_the_server(home, many, monkeypatch, variable, words):
    monkeypatch.setenv(variable, "2")
    for _ in range(2):
        make_run(ANN)
    with pytest.raises(run_store.RunError, match=words):
        make_run(ANN)
    assert make_run(BEN).state == "queued"  # nobody else is kept from anything
    with users.as_user(ANN):
        assert len(run_store.all_runs()) == 2


def test_two_users_with_the_same_weights_do_not_share_the_work_on_them(home, many):
    digits = Digits(np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8))
    test, keys = labelled_sets.make_test_set(digits), []
    for user in (ANN, BEN):
        make_ended_run(user)
        with users.as_user(user):
            models = map(model_store.find, ("mine", "reader"))
            keys.append([predictions.job_key(model, test) for model in models])
    assert keys[0][0] != keys[1][0]
    assert keys[0][1] == keys[1][1]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("experiment.json", "{}}"),
        # without its seconds, as an older version, or a bundle of one, has it
        ("card.json", '{"curves": [{"epoch": 1, "step": 1, "loss": 1, "accuracy": 0}]}'),
    ],
)
def test_what_can_not_be_read_of_a_run_says_nothing_on_how_long_the_next_takes(home, file, content):
    run = make_ended_run(users.SINGLE_USER)
    epoch = {"epoch": 1, "step": 1, "loss": 1, "accuracy": 0, "seconds": 1e9}
    (run.folder / "card.json").write_text(json.dumps({"curves": [epoch]}))
    st.cache_resource.clear()
    assert run_duration.run_seconds(TINY) > 1e8
    (run.folder / file).write_text(content)
    st.cache_resource.clear()
    assert run_duration.run_seconds(TINY) < 1e8


def test_a_message_names_neither_a_user_nor_their_folder(home, many):
    run = make_ended_run(ANN)
    for text in (f"{run.folder / 'model.keras'} must hold weights.", f"Not '{run.folder}/x'."):
        message = error_messages.user_message(ValueError(text))
        assert ANN not in message
        assert "people" not in message
        assert "mine" in message


def test_an_export_is_made_for_its_owner_in_a_thread_that_knows_of_no_visit(home, many):
    run = make_ended_run(ANN)
    (run.folder / "card.json").write_text(json.dumps({"experiment": validation.to_dict(TINY)}))
    with ThreadPoolExecutor(1) as elsewhere:
        made = elsewhere.submit(run_actions.export_bytes, ANN, "mine", "script").result()
        with pytest.raises(model_store.ModelError, match="There is no model called 'mine'"):
            elsewhere.submit(run_actions.export_bytes, BEN, "mine", "script").result()
    assert b"keras" in made
