"""The reader from files of strokes to a model with its card, in small."""

import dataclasses
import hashlib
import json

import numpy as np
import pytest

from mnist_core.config.schema import ConvBlock, DenseLayer, Experiment, Network
from mnist_core.data import loading, synthesis, writers
from mnist_core.data.types import Dataset, Digits
from mnist_core.evaluation.labelled_sets import render_drawings
from mnist_core.evaluation.metrics import accuracy_interval, evaluate
from mnist_core.models import weights
from mnist_core.network import keras_model, summary
from mnist_core.network.inference import InferenceNetwork
from mnist_core.prediction import Classifier
from mnist_core.pretrained import calibration, pipeline, reader_card
from mnist_core.pretrained.recipe import RECIPE, ReaderRecipe
from mnist_core.strokes.files import read_drawings

SMALL = Network(
    blocks=(ConvBlock(filters=4, batch_normalization=True, pool_size=4),),
    dense=(DenseLayer(units=8, dropout_rate=0.2),),
)
SMALL_RECIPE = dataclasses.replace(RECIPE, batch_size=32, epochs=1, seed=3)
READER_RECIPE = ReaderRecipe(
    renderings=2, renderings_per_epoch=1, non_digits=8, non_digits_per_epoch=6, swa_epochs=0
)
# Stroke files, and who of the pen model's writers is in them.
WRITERS = {"pendigits_train.jsonl": (0, 1), "mine.jsonl": (2, 3, 4), "unipen_dev.jsonl": (5, 6)}
DIGITS = {"pendigits_train.jsonl": 8, "mine.jsonl": 6, "unipen_dev.jsonl": 10}
pytestmark = pytest.mark.slow


def some_digits(count, seed):
    images, labels, _ = synthesis.synthesize(count, seed, range(3))
    return Digits(images, labels)


def write_strokes(path, count, by):
    """A stroke file by these writers, in turn."""
    with path.open("w") as file:
        for number in range(count):
            writer = by[number % len(by)]
            rng = np.random.default_rng([writer, number])
            written = synthesis.write_digit(number % 10, 0, writers.writer(0, writer), rng)
            strokes = [stroke.tolist() for stroke in written.strokes]
            line = {"label": number % 10, "writer": f"w{writer}", "strokes": strokes}
            file.write(json.dumps(line) + "\n")
    return path


@pytest.fixture(scope="module")
def small():
    """All that makes it slow made small: MNIST, the network, what is measured."""
    mnist = Dataset("mnist", some_digits(40, 1), some_digits(20, 2), "0" * 64, "/some/mnist.npz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "load", lambda name: mnist)
        patch.setattr(pipeline, "NETWORK", SMALL)
        patch.setattr(pipeline, "CALIBRATION_SEEDS", range(1, 3))
        patch.setattr(reader_card, "NON_DIGITS", 12)
        yield mnist


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the stroke files are."""
    folder = tmp_path_factory.mktemp("strokes")
    for name, by in WRITERS.items():
        write_strokes(folder / name, DIGITS[name], by)
    return folder


@pytest.fixture(scope="module")
def rows():
    """The rows of the epochs, as `train_reader` reports them."""
    return []


@pytest.fixture(scope="module")
def card(small, folder, rows):
    """The card that `train_reader` returned, of the model in `folder / "made"`."""
    *learn_from, choose_by = (folder / name for name in WRITERS)
    return pipeline.train_reader(
        learn_from, choose_by, folder / "made", SMALL_RECIPE, READER_RECIPE, on_epoch=rows.append
    )


@pytest.fixture
def classifier(card, folder):
    """The model that was saved."""
    saved = weights.read(SMALL, folder / "made" / "model.keras")
    return Classifier(InferenceNetwork(SMALL, saved), card["looks"])


def strangers(folder):
    return read_drawings(folder / "unipen_dev.jsonl")


def test_the_folder_holds_the_model_and_the_card_that_is_returned_and_names_no_folder(card, folder):
    assert {path.name for path in (folder / "made").iterdir()} == {"model.keras", "card.json"}
    text = (folder / "made" / "card.json").read_text()
    assert json.loads(text) == json.loads(json.dumps(card))
    assert str(folder) not in text and "/some/" not in text


def test_the_card_says_what_was_trained_and_how(card, rows):
    experiment = Experiment.from_json(json.dumps(card["experiment"]))
    assert (experiment.network, experiment.recipe) == (SMALL, SMALL_RECIPE)
    assert card["parameters"] == summary.parameter_count(SMALL)
    assert card["curves"] == rows and [row["epoch"] for row in rows] == [1]
    assert card["about"]["training"] == READER_RECIPE.to_card() | {"dtype": "float32"}
    assert card["about"]["left_out"] in range(15) and card["about"]["temperature"] > 0


def test_the_saved_model_has_the_figures_of_its_card(card, classifier, small, folder):
    assert card["test"]["images"] == 20
    by_strangers = render_drawings(strangers(folder), seed=0)
    for figures, digits in (
        (card["test"], small.test),
        (card["about"]["figures"]["unipen_dev"], by_strangers),
    ):
        measured = evaluate(classifier, digits)
        assert (figures["accuracy"], figures["loss"]) == pytest.approx(measured[:2], abs=1e-5)


def test_every_source_is_named_with_its_licence_its_writers_and_its_use(card, folder):
    mnist, *files = card["about"]["sources"]
    assert (mnist["licence"], mnist["digits"], mnist["use"]) == ("CC BY-SA 3.0", 40, "learned")
    columns = {key: [file[key] for file in files] for key in files[0]}
    assert columns.pop("sha256") == [
        hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in WRITERS
    ]
    assert all(columns.pop("name"))
    assert columns == {
        "file": list(WRITERS),
        "digits": list(DIGITS.values()),
        "writers": [2, 3, 2],
        "licence": ["CC BY 4.0", "not stated", "CC BY 4.0"],
        "use": ["learned", "learned", "chosen by"],
    }


def test_every_figure_has_its_count_its_interval_and_whether_it_was_learned_from(card):
    figures = card["about"]["figures"]
    counts = {"mnist test": 20} | {name.removesuffix(".jsonl"): n for name, n in DIGITS.items()}
    assert {name: row["images"] for name, row in figures.items()} == counts
    for row in figures.values():
        assert tuple(row["interval"]) == accuracy_interval(row["accuracy"], row["images"])
    seen = {name for name, row in figures.items() if row["seen_in_training"]}
    assert seen == {"pendigits_train", "mine"}


def test_the_card_says_how_sure_it_is_of_non_digits_and_what_it_reads_badly(card):
    about = card["about"]
    assert set(about["no_digits"]) == {"letters and signs", "scribbles"}
    for figures in about["no_digits"].values():
        assert figures["drawings"] == 12 and 0 <= figures["not_sure"] <= 1
    assert 0 < len(about["reads_badly"]) <= 6  # after one epoch on 40 digits
    assert all(0 < row["share"] <= 1 for row in about["reads_badly"])
    assert all(row["digit"] != row["read_as"] for row in about["reads_badly"])


class Perfect:
    """Returns the true digits in turn, but reads the 3 as an 8."""

    def probabilities(self, images):
        labels = np.arange(len(images)) % 9 + 1
        return np.eye(10)[np.where(labels == 3, 8, labels)]


def test_what_is_read_badly_is_known_even_where_a_digit_is_in_no_drawing(folder):
    drawings = [drawing for drawing in strangers(folder) if drawing.label != 0]
    only = {"digit": 3, "read_as": 8, "share": 1.0}
    assert reader_card.worst_confusions(Perfect(), drawings) == [only]


def test_it_is_calibrated_by_the_writers_it_was_not_trained_on(card, classifier, folder):
    parts = [render_drawings(strangers(folder), seed) for seed in pipeline.CALIBRATION_SEEDS]
    digits = Digits(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    model = keras_model.build(SMALL)
    keras_model.assign(model, classifier.network.weights)
    again = calibration.calibrate(SMALL, model, digits, card["looks"])
    assert again == pytest.approx(1, abs=0.02) or card["about"]["temperature"] in (0.25, 4.0)


def test_writers_who_were_learned_from_may_not_choose(small, folder, tmp_path):
    other = write_strokes(tmp_path / "other.jsonl", 4, (7, 2))
    with pytest.raises(ValueError, match=r"other\.jsonl must hold .* other writers .*'w2' in both"):
        pipeline.train_reader([folder / "mine.jsonl"], other, tmp_path / "made")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(("learn", "choose"), [("mine", "bad"), ("bad", "mine")])
def test_a_file_that_holds_no_drawings_is_refused_before_anything_is_trained(
    small, folder, tmp_path, learn, choose
):
    (tmp_path / "bad.jsonl").write_text("{}\n")
    paths = {"bad": tmp_path / "bad.jsonl", "mine": folder / "mine.jsonl"}
    with pytest.raises(ValueError, match=r"bad\.jsonl, line 1 must be an object"):
        pipeline.train_reader([paths[learn]], paths[choose], tmp_path / "made")
    assert not (tmp_path / "made").exists()
