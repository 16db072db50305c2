"""The reader from files of strokes to a model with its card, in small."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest

from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network
from mnist_core.data import loading, synthesis
from mnist_core.data.types import Dataset, Digits
from mnist_core.evaluation.metrics import evaluate, wilson_interval
from mnist_core.evaluation.test_sets import render_drawings
from mnist_core.network import keras_model, summary
from mnist_core.prediction import Classifier
from mnist_core.pretrained import calibration, pipeline, reader_card
from mnist_core.pretrained import training as reader_training
from mnist_core.pretrained.training import Mixture
from mnist_core.strokes.files import read_drawings

SMALL = Network(
    blocks=(ConvBlock(filters=4, batch_normalization=True, pool_size=4),),
    dense=(DenseLayer(units=8, dropout_rate=0.2),),
)
RECIPE = dataclasses.replace(reader_training.RECIPE, batch_size=32, epochs=1, seed=3)
MIXTURE = Mixture(versions=2, versions_an_epoch=1, doodles=8, doodles_an_epoch=6, wandering=0)
# Files of strokes, and who of the pen model's writers is in them.
WRITERS = {"pendigits_train.jsonl": (0, 1), "mine.jsonl": (2, 3, 4), "unipen_dev.jsonl": (5, 6)}
DIGITS = {"pendigits_train.jsonl": 8, "mine.jsonl": 6, "unipen_dev.jsonl": 10}


def some_digits(count, seed):
    images, labels, _ = synthesis.synthesize(count, seed, range(3))
    return Digits(images, labels)


def put(path, count, writers):
    """A file of strokes by these writers, in turn."""
    lines = []
    for number in range(count):
        writer = writers[number % len(writers)]
        dice = np.random.default_rng([writer, number])
        found = synthesis.write_digit(number % 10, 0, writers.writer(0, writer), dice)
        strokes = [stroke.tolist() for stroke in found.strokes]
        lines.append({"label": number % 10, "writer": f"w{writer}", "strokes": strokes})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture(scope="module")
def small():
    """All that makes it slow made small: MNIST, the network, what is measured."""
    mnist = Dataset("mnist", some_digits(40, 1), some_digits(20, 2), "0" * 64, "/some/mnist.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "load", lambda name: mnist)
        patch.setattr(reader_training, "NETWORK", SMALL)
        patch.setattr(pipeline, "CALIBRATION_SEEDS", range(1, 3))
        patch.setattr(reader_card, "NON_DIGITS", 12)
        yield mnist


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("strokes")
    for name, writers in WRITERS.items():
        put(place / name, DIGITS[name], writers)
    return place


@pytest.fixture(scope="module")
def made(small, folder):
    """(the card that `make` returned, the lines it told, the folder)"""
    told = []
    *learn_from, choose_by = (folder / name for name in WRITERS)
    card = pipeline.train_reader(
        learn_from, choose_by, folder / "made", RECIPE, MIXTURE, on_epoch=told.append
    )
    return card, told, folder


def load(card, path):
    model = keras_model.build(Experiment.from_json(json.dumps(card["experiment"])).network)
    model.load_weights(path)
    return Classifier(model, card["looks"])


def test_the_folder_holds_the_model_and_the_card_that_is_returned(made):
    card, _, folder = made
    assert {path.name for path in (folder / "made").iterdir()} == {"model.keras", "card.json"}
    assert json.loads((folder / "made" / "card.json").read_text()) == json.loads(json.dumps(card))


def test_the_card_says_what_was_trained_and_how(made):
    card, told, _ = made
    experiment = Experiment.from_json(json.dumps(card["experiment"]))
    assert (experiment.network, experiment.recipe) == (SMALL, RECIPE)
    assert card["parameters"] == summary.parameter_count(SMALL)
    assert card["curves"] == told and [row["epoch"] for row in told] == [1]
    assert card["about"]["training"] == dataclasses.asdict(MIXTURE) | {"dtype": "float32"}
    assert card["about"]["left_out"] in range(15) and card["about"]["temperature"] > 0


def test_the_model_that_is_kept_has_the_figures_of_its_card(made, small):
    card, _, folder = made
    classifier = load(card, folder / "made" / "model.keras")
    found = evaluate(classifier, small.test)
    assert card["test"]["images"] == 20
    assert (card["test"]["accuracy"], card["test"]["loss"]) == pytest.approx(found[:2], abs=1e-5)
    by_strangers = evaluate(
        classifier, render_drawings(read_drawings(folder / "unipen_dev.jsonl"), seed=0)
    )
    told = card["about"]["figures"]["unipen_dev"]
    assert (told["accuracy"], told["loss"]) == pytest.approx(by_strangers[:2], abs=1e-5)


def test_every_source_is_named_with_its_licence_its_writers_and_its_use(made):
    card, _, folder = made
    mnist, *files = card["about"]["sources"]
    assert (mnist["licence"], mnist["digits"], mnist["use"]) == ("CC BY-SA 3.0", 40, "learned")
    assert [f["file"] for f in files] == list(WRITERS)
    assert [f["digits"] for f in files] == list(DIGITS.values())
    assert [f["writers"] for f in files] == [2, 3, 2]
    assert [f["licence"] for f in files] == ["CC BY 4.0", "not stated", "CC BY 4.0"]
    assert [f["use"] for f in files] == ["learned", "learned", "chosen by"]
    for file in files:
        assert file["sha256"] == hashlib.sha256((folder / file["file"]).read_bytes()).hexdigest()
        assert file["name"]


def test_every_figure_comes_with_its_count_its_interval_and_whether_it_was_learned_from(made):
    figures = made[0]["about"]["figures"]
    counts = {"mnist test": 20} | {name.removesuffix(".jsonl"): n for name, n in DIGITS.items()}
    assert {name: found["images"] for name, found in figures.items()} == counts
    for found in figures.values():
        right = round(found["accuracy"] * found["images"])
        assert tuple(found["interval"]) == wilson_interval(right, found["images"])
    seen = {name for name, found in figures.items() if found["seen_in_training"]}
    assert seen == {"pendigits_train", "mine"}


def test_the_card_says_what_the_reader_does_with_no_digits_and_what_it_reads_badly(made):
    about = made[0]["about"]
    assert set(about["no_digits"]) == {"letters and signs", "scribbles"}
    for found in about["no_digits"].values():
        assert found["drawings"] == 12 and 0 <= found["not_sure"] <= 1
    assert 0 < len(about["reads_badly"]) <= 6  # after one epoch on 40 digits
    shares = [row["share"] for row in about["reads_badly"]]
    assert all(0 < share <= 1 for share in shares)
    assert all(row["digit"] != row["read_as"] for row in about["reads_badly"])


class Knowing:
    """Gives the true answers in turn, but reads the 3 as an 8."""

    def probabilities(self, images):
        labels = np.arange(len(images)) % 9 + 1
        return np.eye(10)[np.where(labels == 3, 8, labels)]


def test_what_is_read_badly_is_told_even_where_a_digit_is_in_no_drawing(folder):
    drawings = [d for d in read_drawings(folder / "unipen_dev.jsonl") if d.label != 0]
    file = reader_card.StrokeFile(folder / "unipen_dev.jsonl", drawings)
    only = {"digit": 3, "read_as": 8, "share": 1.0}
    assert reader_card._worst_confusions(Knowing(), file) == [only]


def test_the_card_names_no_folder_of_its_maker(made):
    card, _, folder = made
    assert str(folder) not in json.dumps(card) and "/some/" not in json.dumps(card)


def test_it_is_calibrated_by_the_writers_it_was_not_trained_on(made):
    card, _, folder = made
    classifier = load(card, folder / "made" / "model.keras")
    strangers = pipeline._render_several(read_drawings(folder / "unipen_dev.jsonl"))
    again = calibration.calibrate(classifier.model, strangers, card["looks"])
    assert again == pytest.approx(1, abs=0.02) or card["about"]["temperature"] in (0.25, 4.0)


def test_writers_who_were_learned_from_may_not_choose(small, folder, tmp_path):
    other = put(tmp_path / "other.jsonl", 4, (7, 2))
    with pytest.raises(ValueError, match=r"other\.jsonl must hold .* other writers .*'w2' in both"):
        pipeline.train_reader([folder / "mine.jsonl"], other, tmp_path / "made", mixture=MIXTURE)
    assert not (tmp_path / "made").exists()


def test_a_file_that_holds_no_drawings_is_refused_before_anything_is_trained(
    small, folder, tmp_path
):
    (tmp_path / "bad.jsonl").write_text("{}\n")
    for learn, choose in (("mine.jsonl", "bad.jsonl"), ("bad.jsonl", "mine.jsonl")):
        places = [tmp_path / n if n == "bad.jsonl" else folder / n for n in (learn, choose)]
        with pytest.raises(ValueError, match=r"bad\.jsonl, line 1 must be an object"):
            pipeline.train_reader([places[0]], places[1], tmp_path / "made", mixture=MIXTURE)
    assert not (tmp_path / "made").exists()
