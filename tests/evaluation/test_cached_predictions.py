"""What is kept of a test: with the model, for these weights and digits, or computed anew."""

import json

import numpy as np
import pytest

from mnist_core.config.schema import Experiment
from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, test_sets
from mnist_core.models import store as model_store
from mnist_core.models.store import ModelError
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store


class Asked:
    """A classifier that counts how often it is asked, and answers by the first pixel."""

    def __init__(self):
        self.images = 0
        self.spoilt = False

    def probabilities(self, images):
        self.images += len(images)
        answers = np.full((len(images), 10), 0.05, np.float32)
        answers[np.arange(len(images)), images[:, 0, 0] % 10] = np.nan if self.spoilt else 0.55
        return answers


@pytest.fixture
def asked(monkeypatch):
    found = Asked()
    monkeypatch.setattr(cached_predictions.Classifier, "load", lambda name: found)
    return found


def digits(count=50, seed=0):
    dice = np.random.default_rng(seed)
    images = dice.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return Digits(images, dice.integers(0, 10, count, dtype=np.uint8))


def exam(**of):
    return test_sets.make_test_set(digits(**of))


def make_run(name, weights=b"weights"):
    """A finished run with a model, as far as files go."""
    run = run_store.create(PRESETS["tiny"], name)
    run.set_status("finished")
    (run.folder / "model.keras").write_bytes(weights)
    card = {"experiment": json.loads(Experiment().to_json()), "parameters": 1, "name": name}
    (run.folder / "card.json").write_text(json.dumps(card))
    return run


def kept_files(place):
    return sorted(path.name for path in place.iterdir()) if place.is_dir() else []


@pytest.mark.parametrize("name", ["classic", "mine"])
def test_a_model_answers_a_set_of_digits_once(home, asked, name):
    make_run("mine")
    first = cached_predictions.predict(name, exam())
    assert asked.images == 50
    assert (first.probabilities.argmax(axis=1) == digits().images[:, 0, 0] % 10).all()
    again = cached_predictions.predict(name, exam())
    assert asked.images == 50
    assert (again.probabilities == first.probabilities).all()
    assert again.seconds == first.seconds > 0
    assert not again.probabilities.flags.writeable and not first.probabilities.flags.writeable


def test_other_digits_are_another_exam_and_so_are_other_labels(home, asked):
    cached_predictions.predict("classic", exam())
    cached_predictions.predict("classic", exam(seed=1))
    assert asked.images == 100
    images, labels = digits()
    assert (
        test_sets.make_test_set(Digits(images, (labels + 1) % 10)).fingerprint != exam().fingerprint
    )


def test_other_weights_are_asked_anew_and_what_was_kept_of_the_old_ones_goes(home, asked):
    run = make_run("mine")
    cached_predictions.predict("mine", exam())
    before = kept_files(run.folder / "reports")
    (run.folder / "model.keras").write_bytes(b"other weights")
    cached_predictions.predict("mine", exam())
    assert asked.images == 100
    after = kept_files(run.folder / "reports")
    assert len(before) == len(after) == 1 and before != after


def test_a_card_that_has_the_weights_used_otherwise_is_another_model(home, asked):
    run = make_run("mine")
    before = cached_predictions.model_fingerprint("mine")
    card = json.loads((run.folder / "card.json").read_text())
    (run.folder / "card.json").write_text(json.dumps(card | {"looks": 2}))
    assert cached_predictions.model_fingerprint("mine") != before
    (run.folder / "card.json").write_text(json.dumps(card | {"made": "later"}))
    assert cached_predictions.model_fingerprint("mine") == before


@pytest.mark.parametrize("damage", ["cut short", "another file", "not numbers"])
def test_a_damaged_file_is_computed_anew(home, asked, damage):
    cached_predictions.predict("classic", exam())
    path = cached_predictions.cache_path("classic", exam(), ".npz")
    if damage == "not numbers":
        spoilt = np.full((50, 10), np.nan, np.float32)
        np.savez(path.with_suffix(""), probabilities=spoilt, seconds=np.ones(1))
    else:
        path.write_bytes(b"hello" if damage == "another file" else path.read_bytes()[:-50])
    assert np.isfinite(cached_predictions.predict("classic", exam()).probabilities).all()
    assert asked.images == 100
    cached_predictions.predict("classic", exam())
    assert asked.images == 100


def test_renaming_a_run_takes_its_results_along_and_deleting_it_deletes_them(home, asked):
    make_run("mine")
    cached_predictions.predict("mine", exam())
    run_store.rename("mine", "yours")
    cached_predictions.predict("yours", exam())
    assert asked.images == 50
    run_store.delete("yours")
    assert list((home / "runs").iterdir()) == []


def test_a_run_deleted_while_it_is_asked_stays_deleted(home, asked, monkeypatch):
    make_run("mine")
    answer = asked.probabilities

    def and_delete(images):
        run_store.delete("mine")
        return answer(images)

    monkeypatch.setattr(asked, "probabilities", and_delete)
    assert len(cached_predictions.predict("mine", exam()).probabilities) == 50
    assert list((home / "runs").iterdir()) == []


def test_without_a_place_to_keep_them_results_are_computed_each_time(home, asked):
    home.write_text("a file where the folder should be")
    cached_predictions.predict("classic", exam())
    cached_predictions.predict("classic", exam())
    assert asked.images == 100


def test_the_models_that_ship_keep_nothing_in_the_package(home, asked):
    cached_predictions.predict("classic", exam())
    assert not (model_store.folder("classic") / "reports").exists()
    assert len(kept_files(home / "reports" / "classic")) == 1


def test_only_so_many_results_are_kept_and_the_newest_are(home, asked, monkeypatch):
    monkeypatch.setattr(cached_predictions, "MAX_FILES", 3)
    for seed in range(5):
        cached_predictions.predict("classic", exam(seed=seed, count=2))
    assert len(kept_files(home / "reports" / "classic")) == 3
    before = asked.images
    cached_predictions.predict("classic", exam(seed=4, count=2))
    assert asked.images == before


def test_a_model_whose_answers_are_no_numbers_is_refused_and_nothing_is_kept(home, asked):
    asked.spoilt = True
    with pytest.raises(ModelError, match=r"classic can't be tested\. .* Received: no numbers"):
        cached_predictions.predict("classic", exam())
    assert kept_files(home / "reports" / "classic") == []


def test_a_model_that_is_not_there_is_named(home, asked):
    with pytest.raises(ModelError, match="no model called 'nope'"):
        cached_predictions.predict("nope", exam())


def test_progress_goes_from_none_to_nearly_all(home, asked, monkeypatch):
    monkeypatch.setattr(cached_predictions, "BATCH", 20)
    told = []
    cached_predictions.predict("classic", exam(), lambda *news: told.append(news))
    assert told == [(0, 50), (20, 50), (40, 50)]


def test_no_digits_are_an_exam_without_answers(home, asked):
    nothing = test_sets.make_test_set(
        Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
    )
    assert cached_predictions.predict("classic", nothing).probabilities.shape == (0, 10)
