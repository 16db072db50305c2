"""Learning a hand is a run like any other: queued, stopped, kept, and without the drawings."""

import json
import platform

import hands
import pytest
from small_runs import events_of_kind, have_ended, small_experiment, wait_until

from mnist_core.adaptation import recipe, request
from mnist_core.models import card as card_file
from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from mnist_core.runs import store as run_store
from mnist_core.runs.history import from_events
from mnist_core.runs.run_name import RunError
from mnist_core.scheduler import adaptations, job, local, scheduler
from mnist_core.strokes.files import NON_DIGIT


@pytest.fixture
def nothing_trains(monkeypatch):
    monkeypatch.setattr(local, "capacity", lambda: 0)


@pytest.fixture
def few_steps(monkeypatch):
    monkeypatch.setattr(recipe, "STEPS", 20)


def files_of(run):
    return {path.name for path in run.folder.iterdir()}


@pytest.mark.slow
def test_the_run_keeps_a_model_with_a_card_and_none_of_the_drawings(
    home, nothing_trains, few_steps
):
    run = adaptations.start("classic", hands.drawings(), "my hand")
    assert (run.state, request.NAME in files_of(run)) == ("queued", True)
    job.train_run(run)
    assert run.state == "finished", run.status()
    assert request.NAME not in files_of(run)
    card = model_store.card("my hand")
    assert card["about"]["adapted"]["from"] == "classic"
    assert card["about"]["adapted"]["drawings"] == 30
    assert card_file.learned_from_drawings(card)
    assert "strokes" not in json.dumps(card)
    card_file.validate_card(json.dumps(card), run.experiment())
    assert Classifier.load("my hand").views == Classifier.load("classic").views
    curves = from_events(run.events()[0])
    assert curves.own.step[0] == curves.mnist.step[0] == 0
    assert curves.total_steps == 20
    assert events_of_kind(run, "adapted")[0]["sentence"] == run.status()["sentence"]


def test_what_is_no_digit_comes_to_the_run_as_that(home, nothing_trains):
    drawings = [
        one._replace(label=label)
        for one, label in zip(hands.drawings(1, (0, 1)), (0, NON_DIGIT), strict=True)
    ]
    run = adaptations.start("classic", drawings, "my hand")
    assert [one.label for one in request.read(run)] == [0, NON_DIGIT]


@pytest.mark.slow
def test_wrong_labels_leave_no_model_and_no_drawings(home, nothing_trains):
    wrong = hands.wrongly_labelled(hands.drawings())
    run = adaptations.start("classic", wrong, "wrong")
    job.train_run(run)
    assert run.state == "failed"
    assert run.status()["sentence"].startswith("It was not kept: ")
    assert not run.has_model()
    assert request.NAME not in files_of(run)


@pytest.mark.slow
def test_a_process_of_its_own_learns_it_and_stop_keeps_what_it_has(home):
    run = adaptations.start("classic", hands.drawings(), "stops")
    wait_until(lambda: events_of_kind(run, "start"))
    scheduler.stop(run)
    wait_until(have_ended(run))
    assert run.state in ("stopped", "finished")
    assert run.has_model()
    assert request.NAME not in files_of(run)


def test_stopped_while_it_waits_it_leaves_no_drawings(home, nothing_trains):
    run = adaptations.start("classic", hands.drawings(1), "waits")
    scheduler.stop(run)
    assert run.state == "stopped"
    assert request.NAME not in files_of(run)


def test_a_run_whose_process_died_leaves_no_drawings(home, nothing_trains):
    run = adaptations.start("classic", hands.drawings(1), "dies")
    run.set_status("training", pid=2**22, token="gone", host=platform.node())
    scheduler.advance()
    assert run.state == "interrupted"
    assert request.NAME not in files_of(run)


def test_the_drawings_are_asked_for_without_their_writers_names(home, nothing_trains):
    named = [drawing._replace(writer="Ada") for drawing in hands.drawings(1)]
    run = adaptations.start("classic", named, "waits")
    assert "Ada" not in (run.folder / request.NAME).read_text()
    assert [drawing.label for drawing in request.read(run)] == list(range(10))


def test_a_model_that_was_deleted_meanwhile_is_named_and_no_drawings_are_left(home, nothing_trains):
    run = adaptations.start("classic", hands.drawings(1), "waits")
    run.update_status(adapts={"id": "0" * 16, "name": "gone", "drawings": 10})
    job.train_run(run)
    assert run.state == "failed"
    assert run.status()["sentence"] == "There is no model called 'gone' here any more."
    assert request.NAME not in files_of(run)


def test_a_model_that_still_trains_can_not_learn_a_hand(home, nothing_trains):
    run = run_store.create(small_experiment(), "trains")
    run.set_status("training")
    model_store.save(run.folder, model_store.load("classic"), model_store.card("classic"))
    with pytest.raises(RunError, match="'trains' is still training"):
        adaptations.start("trains", hands.drawings(1), "new")
