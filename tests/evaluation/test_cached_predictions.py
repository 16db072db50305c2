"""What is kept of a test: with the model, for these weights and digits, or computed anew."""

import json

import numpy as np
import pytest
from damages import FILES

from mnist_core.config.schema import Experiment
from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, labelled_sets
from mnist_core.models import store as model_store
from mnist_core.models.store import ModelError
from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store

PROBABILITIES = np.full((50, 10), 0.1, np.float32)


def digits_to_test(count=50, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return labelled_sets.make_test_set(Digits(images, rng.integers(0, 10, count, dtype=np.uint8)))


@pytest.fixture
def run(home):
    """The folder of a finished run, "mine", with a model as far as files go."""
    run = run_store.create(PRESETS["tiny"], "mine")
    run.set_status("finished")
    (run.folder / "model.keras").write_bytes(b"weights")
    card = {"experiment": json.loads(Experiment().to_json()), "parameters": 1, "name": "mine"}
    (run.folder / "card.json").write_text(json.dumps(card))
    return run.folder


@pytest.fixture
def predict(classifier):
    """Predict; how many images the classifier was given for it."""

    def images_read(model="classic", test=None):
        before = classifier.images
        cached_predictions.predict(model, digits_to_test() if test is None else test)
        return classifier.images - before

    return images_read


def kept_files(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("name", ["classic", "mine"])
def test_a_model_predicts_a_set_of_digits_once(run, classifier, name):
    first, again = (cached_predictions.predict(name, digits_to_test()) for _ in range(2))
    assert classifier.images == 50
    expected = classifier.probabilities(digits_to_test().digits.images)
    assert (first.probabilities == expected).all() and (again.probabilities == expected).all()
    assert again.seconds == first.seconds > 0
    assert not again.probabilities.flags.writeable and not first.probabilities.flags.writeable


def test_other_digits_are_another_test_set_and_so_are_other_labels(predict):
    assert predict(test=digits_to_test()) == predict(test=digits_to_test(seed=1)) == 50
    images, labels = digits_to_test().digits
    relabelled = labelled_sets.make_test_set(Digits(images, (labels + 1) % 10))
    assert relabelled.fingerprint != digits_to_test().fingerprint


def test_what_was_kept_of_other_weights_goes(run, predict):
    predict("mine")
    before = kept_files(run / "reports")
    (run / "model.keras").write_bytes(b"other weights")
    assert predict("mine") == 50
    after = kept_files(run / "reports")
    assert len(before) == len(after) == 1 and before != after


def test_the_fingerprint_of_a_model_holds_what_of_the_card_decides_its_predictions(run):
    card = json.loads((run / "card.json").read_text())
    before = cached_predictions.model_fingerprint("mine")
    for change, same in (({"looks": 2}, False), ({"made": "later"}, True)):
        (run / "card.json").write_text(json.dumps(card | change))
        assert (cached_predictions.model_fingerprint("mine") == before) == same


@pytest.mark.parametrize("damage", FILES)
def test_a_damaged_file_is_computed_anew(classifier, predict, damage):
    predict()
    FILES[damage](cached_predictions.cache_path("classic", digits_to_test(), ".npz"))
    assert predict() == 50
    assert predict() == (50 if damage == "a folder" else 0)  # which no file can replace


@pytest.mark.parametrize(
    "arrays",
    [
        {"probabilities": np.full((50, 10), np.nan, np.float32)},
        {"probabilities": np.ones((50, 10), np.float32)},
        {"probabilities": np.eye(50, 10, dtype=np.float32)},  # zeros from the eleventh on
        {"probabilities": np.float32([[2, -1] + 8 * [0]] * 50)},
        {"probabilities": np.float32([[np.inf] + 9 * [0]] * 50)},
        {"probabilities": PROBABILITIES.astype(np.float64)},
        {"probabilities": PROBABILITIES.astype(">f4")},
        {"probabilities": PROBABILITIES.astype(object)},
        {"probabilities": PROBABILITIES[1:]},
        {"probabilities": PROBABILITIES[:, 1:]},
        {"probabilities": PROBABILITIES.ravel()},
        {"seconds": np.array([np.nan])},
        {"seconds": np.array([np.inf])},
        {"seconds": np.array([-1.0])},
        {"seconds": np.ones(1, np.float32)},
        {"seconds": np.float64(1)},
    ],
    ids=lambda arrays: "-".join(f"{key} {a.dtype} {a.shape}" for key, a in arrays.items()),
)
def test_what_are_no_probabilities_or_no_seconds_is_computed_anew(classifier, predict, arrays):
    predict()
    path = cached_predictions.cache_path("classic", digits_to_test(), ".npz")
    np.savez(path, **{"probabilities": PROBABILITIES, "seconds": np.ones(1)} | arrays)
    assert [predict(), predict()] == [50, 0]


def test_kept_predictions_are_used_as_they_are(predict):
    predict()
    path = cached_predictions.cache_path("classic", digits_to_test(), ".npz")
    np.savez(path, probabilities=PROBABILITIES, seconds=np.ones(1))
    assert predict() == 0
    kept = cached_predictions.predict("classic", digits_to_test())
    assert (kept.probabilities == PROBABILITIES).all() and kept.seconds == 1


def test_renaming_a_run_takes_its_results_along_and_deleting_it_deletes_them(home, run, predict):
    predict("mine")
    run_store.rename("mine", "yours")
    assert predict("yours") == 0
    run_store.delete("yours")
    assert list((home / "runs").iterdir()) == []


def test_a_run_deleted_while_it_predicts_stays_deleted(home, run, classifier, monkeypatch):
    probabilities = classifier.probabilities

    def delete_first(images):
        run_store.delete("mine")
        return probabilities(images)

    monkeypatch.setattr(classifier, "probabilities", delete_first)
    assert len(cached_predictions.predict("mine", digits_to_test()).probabilities) == 50
    assert list((home / "runs").iterdir()) == []


def test_without_a_folder_to_keep_them_results_are_computed_each_time(home, predict):
    home.write_text("a file where the folder should be")
    assert [predict(), predict()] == [50, 50]


def test_the_models_that_ship_keep_nothing_in_the_package(home, predict):
    predict()
    assert not (model_store.find("classic").folder / "reports").exists()
    assert len(kept_files(home / "reports" / "classic")) == 1


def test_only_so_many_results_are_kept_and_the_newest_are(home, predict, monkeypatch):
    monkeypatch.setattr(cached_predictions, "MAX_FILES", 3)
    for seed in range(5):
        predict(test=digits_to_test(2, seed))
    assert len(kept_files(home / "reports" / "classic")) == 3
    assert predict(test=digits_to_test(2, seed=4)) == 0


def test_predictions_that_are_no_numbers_are_refused_and_not_kept(home, classifier):
    classifier.diverged = True
    with pytest.raises(
        ModelError, match=r"classic can't be tested\. The model answers .* with no numbers"
    ):
        cached_predictions.predict("classic", digits_to_test())
    assert kept_files(home / "reports" / "classic") == []


def test_a_model_that_does_not_exist_is_named(classifier):
    with pytest.raises(ModelError, match="no model called 'nope'"):
        cached_predictions.predict("nope", digits_to_test())


def test_progress_goes_from_none_to_nearly_all(classifier, monkeypatch):
    monkeypatch.setattr(cached_predictions, "BATCH", 20)
    progress = []
    cached_predictions.predict("classic", digits_to_test(), lambda *counts: progress.append(counts))
    assert progress == [(0, 50), (20, 50), (40, 50)]


def test_no_digits_have_no_predictions(classifier):
    assert cached_predictions.predict("classic", digits_to_test(0)).probabilities.shape == (0, 10)


def test_what_was_read_by_a_model_that_is_deleted_meanwhile_is_not_kept_with_the_next(
    run, classifier
):
    new = []

    def replace(done, total):
        run_store.delete("mine")
        new.append(run_store.create(PRESETS["tiny"], "mine"))

    cached_predictions.predict("mine", digits_to_test(), replace)
    assert kept_files(new[0].folder) == ["experiment.json", "id", "status.json"]
