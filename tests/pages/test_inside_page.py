"""The Inside page from the entry point, with digits of a small_set built-in set."""

import json
import re
import shutil

import numpy as np
import pytest
from app_pages import open_page, texts

from mnist_core.interpret import activations
from mnist_core.models import store as model_store
from mnist_core.network.keras_model import build
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from pages.ui.inside import arithmetic as arithmetic_view
from pages.ui.widgets import canvas

pytestmark = pytest.mark.slow  # a whole app per test

SEVEN = [["M", 130, 90], ["L", 290, 90], ["L", 190, 340]]


@pytest.fixture
def app(loaded_models, drawn, clicks):
    """A function that opens the page with these parameters in its address."""

    def go(model="reader", **query):
        found = open_page("inside", {"model": model, **query})
        assert found.selectbox(key="model").value == model
        return found

    return go


SET = {"look_at": "A digit of a set", "set": "Built-in", "part": "Test"}


def bodies(app):
    return [element.proto.body for element in app.get("html")]


def the_sum(app):
    (body,) = [b for b in bodies(app) if 'class="sum"' in b and "network computed" not in b]
    return body


def numbers_of(body):
    """The numbers of a sum, with all their digits, by the words before them."""
    rows = re.findall(r'<td>([^<]*)</td><td title="([^"]*)"', body)
    return {words: float(value) for words, value in rows}


def last_number(body):
    return float(re.findall(r'<td title="([^"]*)"', body)[-1])


def computed(app):
    (body,) = [b for b in bodies(app) if "network computed" in b]
    return float(re.search(r'title="([^"]*)"', body)[1])


def test_an_empty_canvas_says_what_to_do(app):
    assert "Draw a digit, or take one" in texts(app())


def test_the_drawing_on_the_canvas_is_looked_into(app, clicks, drawn):
    drawn.append({"type": "Path", "path": SEVEN, "strokeWidth": canvas.PEN_WIDTH})
    found = app(model="classic")
    image = mnist_rule.to_mnist(canvas.render_paths(drawn))
    steps = activations.load("classic").layer_activations(image)
    names = re.findall(r"<p><b>(\w+)</b>", clicks.html["layers"])
    assert names == [step.layer.name for step in steps]
    assert "20 maps of 28 × 28" in clicks.html["layers"]
    assert not found.exception


def test_a_click_on_a_map_shows_the_arithmetic_of_that_pixel(app, clicks, small_set):
    found = app(model="classic", number=7, **SET)
    clicks.click(found, "layers", "block1_pool")
    assert found.selectbox(key="spot-layer").value == "block1_pool"
    place = tuple(found.number_input(key=f"spot-{a}").value for a in ("Row", "Column", "Map"))
    steps = activations.load("classic").layer_activations(small_set[1].images[7])
    assert computed(found) == steps[1].output[place]
    assert numbers_of(the_sum(found))["the largest"] == computed(found)


def test_the_sum_on_the_page_adds_up_to_what_the_network_computed(app):
    found = app(model="classic", number=7, at="block2_conv.4.5.6", **SET)
    rows = numbers_of(the_sum(found))
    parts = [value for words, value in rows.items() if "map" in words or words == "bias"]
    assert len(parts) == arithmetic_view.HEAVIEST + 2  # and all other maps in one, and the bias
    assert sum(parts) == pytest.approx(rows["sum"], abs=1e-5)
    assert rows["relu(sum)"] == pytest.approx(computed(found), abs=1e-5)


@pytest.mark.parametrize("model", ["classic", "reader"])
def test_every_layer_of_the_models_that_ship_has_its_arithmetic(app, model):
    found = app(model=model, number=3, **SET)
    for layer in activations.load(model).plan:
        found.selectbox(key="spot-layer").set_value(layer.name).run()
        assert not found.exception
        total = last_number(the_sum(found))
        assert total == pytest.approx(computed(found), rel=2e-4, abs=2e-4), layer.name


def test_rows_and_columns_can_be_set_without_a_mouse(app, small_set):
    found = app(model="classic", number=7, at="block1_conv.0.0.0", **SET)
    found.number_input(key="spot-Row").set_value(9).run()
    found.number_input(key="spot-Map").set_value(3).run()
    steps = activations.load("classic").layer_activations(small_set[1].images[7])
    assert computed(found) == steps[0].output[9, 0, 3]
    assert found.query_params["at"] == "block1_conv.9.0.3"


@pytest.mark.parametrize("at", ["", "nothing.1.2.3", "block1_conv.1", "dense1.9999", "logits.x"])
def test_a_link_to_no_value_falls_back_to_one_that_is_there(app, at):
    found = app(model="classic", number=7, at=at, **SET)
    assert computed(found) == pytest.approx(last_number(the_sum(found)), abs=1e-4)


def test_another_model_keeps_the_page_going_where_it_lacks_the_layer(app):
    found = app(model="reader", number=7, at="block3_2_conv.1.1.1", **SET)
    found.selectbox(key="model").set_value("classic").run()
    assert not found.exception
    assert found.selectbox(key="spot-layer").value == "block1_conv"


def test_the_value_follows_the_strongest_of_the_image_until_one_is_chosen(app, clicks, small_set):
    found = app(model="classic", number=7, **SET)
    for number in (7, 8):
        found.number_input(key="number").set_value(number).run()
        first = activations.load("classic").layer_activations(small_set[1].images[number])[0].output
        assert computed(found) == first.max()
    assert "at" not in found.query_params
    clicks.click(found, "layers", "logits.4")
    found.number_input(key="number").set_value(7).run()
    assert found.query_params["at"] == "logits.4"
    assert (
        computed(found)
        == activations.load("classic").layer_activations(small_set[1].images[7])[-2].output[4]
    )


def test_a_chosen_value_that_another_model_lacks_is_back_with_the_first_model(app):
    found = app(model="classic", number=7, at="block2_conv.1.1.1", **SET)
    found.selectbox(key="model").set_value("reader").run()
    assert found.selectbox(key="spot-layer").value == "block1_1_conv"
    found.selectbox(key="model").set_value("classic").run()
    assert found.selectbox(key="spot-layer").value == "block2_conv"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.0000"), (-0.0, "0.0000"), (-1.25, "-1.2500"), (2.7e-11, "2.7·10<sup>−11</sup>")],
)
def test_no_number_but_0_is_shown_as_0(value, shown):
    assert arithmetic_view.NumberFormat(all_digits=False).number(value) == shown


def test_a_link_to_a_model_that_is_not_there_says_so(app):
    found = open_page("inside", {"model": "gone"})
    assert "no model called 'gone'" in found.toast[0].value


def test_filters_are_shown_without_any_drawing(app):
    found = app(model="classic", view="Filters")
    assert "20 filters of 5 × 5" in texts(found)
    assert any("The 20 filters of block1_conv" in body for body in bodies(found))


def test_the_ink_that_spoke_is_shown_for_the_answer_and_against_the_runner_up(app, small_set):
    found = app(model="classic", number=5, view="Which ink spoke", **SET)
    order = np.argsort(Classifier.load("classic").probabilities(small_set[1].images[5:6])[0])
    (body,) = [b for b in bodies(found) if 'class="spoke"' in b]
    assert f"For a {order[-1]}" in body
    assert f"runner-up, {order[-2]}" in body
    assert "integrated gradients" in texts(found)


def test_look_alikes_of_a_training_digit_begin_with_itself(app, clicks, monkeypatch):
    monkeypatch.setattr(
        model_store, "experiment", _learned_from_the_built_in(model_store.experiment)
    )
    query = SET | {"part": "Training"}
    found = app(model="classic", number=11, view="Look-alikes", **query)
    first = re.search(r'alt="([^"]*)"', clicks.html["look_alikes"])[1]
    assert "number 11 of the built-in training set" in first
    assert "distance 0.0" in clicks.html["look_alikes"]
    assert "It learned from" not in texts(found)
    assert not found.exception


def test_look_alikes_that_the_network_never_learned_from_are_told(app, monkeypatch):
    few = _learned_from_the_built_in(model_store.experiment, {"recipe.train_images": "20"})
    monkeypatch.setattr(model_store, "experiment", few)
    found = app(model="classic", number=11, view="Look-alikes", **SET)
    assert "It learned from 20 of them." in texts(found)


def _learned_from_the_built_in(experiment, changes=None):
    return lambda name: experiment(name).with_values({"data": "built-in"} | (changes or {}))


def test_what_would_change_its_mind_really_does(app, small_set):
    found = app(model="classic", number=5, view="What would change its mind", **SET)
    (body,) = [b for b in bodies(found) if '<div class="gallery few' in b]
    reads = re.findall(r"Read as (\d)", body)
    assert len(reads) > 1
    assert all(digit != reads[0] for digit in reads[1:])


def test_a_model_that_cannot_be_read_gets_a_sentence(app, home):
    place = home / "runs" / "broken"
    place.mkdir(parents=True)
    (place / "experiment.json").write_text(model_store.experiment("classic").to_json())
    card = model_store.card("classic")
    (place / "card.json").write_text(json.dumps(card))
    (place / "model.keras").write_bytes(b"no weights")
    found = app(model="broken", number=5, **SET)
    assert "must hold the weights of 'broken'" in texts(found)


def test_a_model_that_is_deleted_while_one_looks_gives_way_to_another(app, home, clicks):
    place = home / "runs" / "short lived"
    place.mkdir(parents=True)
    asked = model_store.experiment("classic")
    (place / "experiment.json").write_text(asked.to_json())
    model_store.save(place, build(asked.network, 0), model_store.card("classic"))
    found = app(model="short lived", number=5, **SET)
    shutil.rmtree(place)
    clicks.click(found, "layers", "logits.4")
    assert not found.exception
    assert found.selectbox(key="model").value in model_store.names()
    assert computed(found) is not None


def test_without_the_digits_it_learned_from_look_alikes_say_what_is_missing(app):
    assert "This network learned from MNIST" in texts(app(number=1, view="Look-alikes", **SET))


@pytest.mark.parametrize("view", ["Layers", "Which ink spoke", "Look-alikes"])
def test_a_network_that_answers_no_numbers_gets_a_sentence(app, home, view):
    asked = model_store.experiment("classic")
    made = build(asked.network, 0)
    made.get_layer("logits").set_weights(
        [np.full_like(weight, np.nan) for weight in made.get_layer("logits").get_weights()]
    )
    place = home / "runs" / "gone wrong"
    place.mkdir(parents=True)
    (place / "experiment.json").write_text(asked.to_json())
    model_store.save(place, made, model_store.card("classic"))
    found = app(model="gone wrong", number=5, view=view, **SET)
    assert "no numbers" in texts(found)
    assert any("answers with no numbers" in body for body in bodies(found))
