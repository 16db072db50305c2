"""Models by name: their weights, their cards, and what is said of those that are damaged."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from kept_models import SMALL, make_card, random_x

from mnist_core.config.schema import Experiment
from mnist_core.models import store as model_store
from mnist_core.runs import store as run_store
from mnist_core.training import loop


def test_a_kept_model_answers_as_before(mine):
    assert (model_store.load("mine")(random_x()) == mine(random_x())).numpy().all()


def test_a_model_saved_with_its_optimizer_answers_as_before(home):
    model = loop.compile_model(SMALL)
    model_store.save(run_store.create(SMALL, "mine").folder, model, make_card())
    assert np.allclose(model_store.load("mine")(random_x()), model(random_x()))


def test_names_lists_what_has_weights_and_what_ships_last(mine):
    run_store.create(SMALL, "not trained yet")
    assert model_store.names() == ["mine", "reader", "classic"]


@pytest.mark.parametrize("name", model_store.SHIPPED)
def test_a_model_that_ships_can_be_loaded(name):
    assert model_store.load(name)(random_x()).shape == (6, 10)
    assert model_store.card(name)["test"]["accuracy"] > 0.98


def test_a_model_that_is_not_there_is_named_with_those_that_are(mine):
    with pytest.raises(ValueError, match=r"'yours'. There are: mine, reader, classic"):
        model_store.load("yours")


@pytest.mark.parametrize("name", ["../mine", "a/b", "", ".hidden", "x" * 61, "Reader", "Classic"])
def test_a_name_that_could_leave_its_folder_is_refused(mine, name):
    with pytest.raises(ValueError, match="A name must"):
        model_store.load(name)


@pytest.mark.parametrize(
    ("file", "read"), [("card.json", model_store.card), ("model.keras", model_store.load)]
)
def test_a_damaged_file_is_named(mine, file, read):
    path = model_store.find("mine").folder / file
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match=re.escape(str(path))):
        read("mine")


def test_a_card_goes_by_the_name_its_model_has_now(mine):
    run_store.rename("mine", "ours")
    assert model_store.card("ours")["name"] == "ours"


def test_a_card_names_no_folder_of_its_maker(mine):
    assert model_store.card("mine")["data"]["source"] == "mnist.npz"
    assert "somebody" not in json.dumps(model_store.card("mine"))


def test_a_card_holds_the_experiment_and_the_parameters_keras_counts(mine):
    card = model_store.card("mine")
    assert Experiment.from_json(json.dumps(card["experiment"])) == SMALL
    assert card["parameters"] == mine.count_params()


def test_the_version_on_a_card_is_the_projects():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == make_card()["versions"]["mnist_core"]
