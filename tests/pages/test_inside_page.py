"""The Inside page, with digits of a small built-in set."""

import html
import re

import numpy as np
import pytest
from app_pages import SEVEN, html_bodies, open_page, texts
from kept_models import SMALL, keep, keras_file

from mnist_core.interpret import activations
from mnist_core.models import store as model_store
from mnist_core.network.keras_model import build
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from pages.ui.inside import arithmetic
from pages.ui.widgets import answer, canvas

SET = {"look_at": "A digit of a set", "set": "Built-in", "part": "Test"}


@pytest.fixture
def inspect(loaded_models, drawn, clicks):
    """A function that opens the page with these parameters in its address."""

    def open_with(model="classic", **query):
        app = open_page("inside", {"model": model, **query})
        assert app.selectbox(key="model").value == model
        assert app.selectbox(key="model").label == "Read by"
        return app

    return open_with


@pytest.fixture
def layers(small_set):
    """A function: what the classic's layers make of a digit of the small test set."""
    network = Classifier.load("classic").network
    return lambda number: activations.layer_activations(network, small_set[1].images[number])


def html_with(app, *parts) -> str:
    """The one piece of HTML on the page that holds these texts."""
    (body,) = [body for body in html_bodies(app) if all(part in body for part in parts)]
    return body


def sum_on(app) -> str:
    (body,) = [
        body for body in html_bodies(app)
        if 'class="sum"' in body and "network computed" not in body
    ]  # fmt: skip
    return body


def rows_of(body) -> dict[str, float]:
    """The numbers of a sum, with all their digits, by the words before them."""
    rows = re.findall(r'<td>([^<]*)</td><td title="([^"]*)"', body)
    return {words: float(value) for words, value in rows}


def total_on(app) -> float:
    """The last number of the sum."""
    return float(re.findall(r'<td title="([^"]*)"', sum_on(app))[-1])


def computed(app) -> float:
    """What the page says that the network computed."""
    return float(re.search(r'title="([^"]*)"', html_with(app, "network computed"))[1])


def test_an_empty_canvas_says_what_to_do(inspect):
    assert "Draw a digit, or take one" in texts(inspect())


def test_the_drawing_on_the_canvas_is_inspected(inspect, clicks, drawn):
    drawn.append(SEVEN)
    inspect()
    image = mnist_rule.to_mnist(canvas.render_paths(drawn))
    layers = activations.layer_activations(Classifier.load("classic").network, image)
    cells = re.findall(r'data-click="probabilities.\d"><b>\d</b>([^<]*)', clicks.html["layers"])
    assert cells == [html.escape(answer.percent(p)) for p in layers[-1].output]
    assert "20 maps of 28 × 28" in clicks.html["layers"]


def names_shown(clicks) -> list[str]:
    """The layers whose values are on the page."""
    return re.findall(r'<div class="layer"><p><b>(\w+)</b>', clicks.html["layers"])


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("classic", ["block1_conv", "block2_conv", "dense1"]),
        ("reader", ["block1_2_activation", "block2_2_activation", "block3_2_activation", "dense1"]),
    ],
)
def test_each_block_is_one_strip_until_it_is_unfolded(inspect, clicks, model, shown):
    app = inspect(model, number=7, **SET)
    folded = [*shown, "logits", "probabilities"]
    assert names_shown(clicks) == folded
    buttons = re.findall(r'"(unfold:\w+)" aria-expanded="false"', clicks.html["layers"])
    for button in buttons:
        clicks.click(app, "layers", button)
    plan = Classifier.load(model).network.plan
    assert names_shown(clicks) == [layer.name for layer in plan]
    for button in buttons:
        clicks.click(app, "layers", button)
    assert names_shown(clicks) == folded


def test_a_value_behind_its_sum_shows_the_sum_and_all_that_is_done_to_it(inspect):
    body = sum_on(inspect("reader", number=7, at="block2_1_activation.4.5.6", **SET))
    rows = rows_of(body)
    assert list(rows)[-1] == "relu(value)"
    wanted = ["bias", "sum", "minus the map's mean in training", "times gamma", "relu(value)"]
    assert [words for words in rows if words in wanted] == wanted
    assert "<b>block2_1_norm</b>" in body


def test_it_says_whether_a_digit_of_a_set_is_read_right(inspect, small_set):
    images, labels = small_set[1].images, small_set[1].labels
    read = Classifier.load("reader").probabilities(images).argmax(axis=1)
    right, wrong = np.flatnonzero(read == labels)[0], np.flatnonzero(read != labels)[0]
    for number, verdict in ((right, "Right"), (wrong, "Misread")):
        app = inspect("reader", **SET, number=int(number))
        assert f"{verdict}: it is a {labels[number]}." in texts(app)


def test_the_answer_is_the_models_own_and_not_only_its_first_look(inspect, small_set):
    probabilities = Classifier.load("reader").probabilities(small_set[1].images[:1])[0]
    listed = ", ".join(f"{d}: {answer.percent(p)}" for d, p in enumerate(probabilities))
    app = inspect("reader", **SET, number=0)
    assert html.escape(listed) in html_with(app, '<div class="answer">')
    assert "looks at the image twice" in texts(app)


def test_what_is_read_as_none_of_the_ten_is_never_called_right(inspect, small_set, monkeypatch):
    label = int(small_set[1].labels[3])
    unsure = np.full((1, 10), 0.06, np.float32)
    unsure[0, label] = 0.46
    monkeypatch.setattr(Classifier, "probabilities", lambda self, images: unsure)
    words = texts(inspect(**SET, number=3))
    assert f"Not read: it is a {label}." in words
    assert "Right" not in words


def test_a_click_on_a_map_shows_the_arithmetic_of_that_pixel(inspect, clicks, layers):
    app = inspect(number=7, **SET)
    clicks.click(app, "layers", "block1_pool")
    assert app.selectbox(key="spot-layer").value == "block1_pool"
    index = tuple(app.number_input(key=f"spot-{axis}").value for axis in ("Row", "Column", "Map"))
    assert computed(app) == layers(7)[1].output[index]
    assert rows_of(sum_on(app))["the largest"] == computed(app)


def test_a_click_on_the_large_map_goes_to_that_pixel_of_the_same_map(inspect, clicks):
    app = inspect(number=7, at="block2_conv.0.0.5", **SET)
    clicks.click(app, "large", "pixel", x=0.99, y=0.5)
    shape = Classifier.load("classic").network.plan[2].output_shape
    assert app.query_params["at"] == f"block2_conv.{shape[0] // 2}.{shape[1] - 1}.5"


def test_the_sum_on_the_page_adds_up_to_what_the_network_computed(inspect):
    app = inspect(number=7, at="block2_conv.4.5.6", **SET)
    rows = rows_of(sum_on(app))
    parts = [value for words, value in rows.items() if "map" in words or words == "bias"]
    assert len(parts) == arithmetic.HEAVIEST + 2  # and all other maps in one, and the bias
    assert sum(parts) == pytest.approx(rows["sum"], abs=1e-5)
    assert rows["relu(sum)"] == pytest.approx(computed(app), abs=1e-5)


@pytest.mark.parametrize(
    "model", ["classic", pytest.param("reader", marks=pytest.mark.slow)]
)  # a run for each layer
def test_every_layer_of_the_models_that_ship_has_its_arithmetic(inspect, model):
    app = inspect(model, number=3, **SET)
    for layer in Classifier.load(model).network.plan:
        app.selectbox(key="spot-layer").set_value(layer.name).run()
        assert not app.exception
        assert total_on(app) == pytest.approx(computed(app), rel=2e-4, abs=2e-4), layer.name


def test_rows_and_columns_can_be_set_without_a_mouse(inspect, layers):
    app = inspect(number=7, at="block1_conv.0.0.0", **SET)
    app.number_input(key="spot-Row").set_value(9).run()
    app.number_input(key="spot-Map").set_value(3).run()
    assert computed(app) == layers(7)[0].output[9, 0, 3]
    assert app.query_params["at"] == "block1_conv.9.0.3"


@pytest.mark.parametrize("at", ["", "nothing.1.2.3", "block1_conv.1", "dense1.9999", "logits.x"])
def test_a_link_to_no_value_falls_back_to_one_that_is_there(inspect, at):
    app = inspect(number=7, at=at, **SET)
    assert computed(app) == pytest.approx(total_on(app), abs=1e-4)


def test_the_value_follows_the_strongest_of_the_image_until_one_is_chosen(inspect, clicks, layers):
    app = inspect(number=7, **SET)
    for number in (7, 8):
        app.number_input(key="number").set_value(number).run()
        assert computed(app) == layers(number)[0].output.max()
    assert "at" not in app.query_params
    clicks.click(app, "layers", "logits.4")
    app.number_input(key="number").set_value(7).run()
    assert app.query_params["at"] == "logits.4"
    assert computed(app) == layers(7)[-2].output[4]


def test_a_chosen_value_that_another_model_lacks_is_back_with_the_first_model(inspect):
    app = inspect(number=7, at="block2_conv.1.1.1", **SET)
    for model, layer in (("reader", "block1_2_activation"), ("classic", "block2_conv")):
        app.selectbox(key="model").set_value(model).run()
        assert not app.exception
        assert app.selectbox(key="spot-layer").value == layer


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.0000"), (-0.0, "0.0000"), (-1.25, "-1.2500"), (2.7e-11, "2.7·10<sup>−11</sup>")],
)
def test_no_number_but_0_is_shown_as_0(value, text):
    assert arithmetic.rounded_text(value) == text


def test_filters_are_shown_without_any_drawing(inspect):
    app = inspect(view="Filters")
    assert "20 filters of 5 × 5" in texts(app)
    assert html_with(app, "The 20 filters of block1_conv")


def test_the_ink_that_spoke_is_shown_for_the_answer_and_against_the_runner_up(inspect, small_set):
    app = inspect(number=5, view="Which ink spoke", **SET)
    order = np.argsort(Classifier.load("classic").probabilities(small_set[1].images[5:6])[0])
    assert html_with(app, 'class="spoke"', f"For a {order[-1]}", f"runner-up, {order[-2]}")
    assert "integrated gradients" in texts(app)


@pytest.fixture
def learned_from_the_built_in(monkeypatch):
    """A function that has the models that ship say so, of so many training digits."""
    experiment = model_store.experiment

    def pretend(count=0):
        changes = {"data": "built-in", "recipe.train_images": str(count)}
        monkeypatch.setattr(
            model_store, "experiment", lambda name: experiment(name).with_values(changes)
        )

    return pretend


def test_look_alikes_of_a_training_digit_begin_with_itself(
    inspect, clicks, learned_from_the_built_in
):
    learned_from_the_built_in(60_000)
    app = inspect(number=11, view="Look-alikes", **SET | {"part": "Training"})
    first = re.search(r'alt="([^"]*)"', clicks.html["look_alikes"])[1]
    assert "number 11 of the built-in training set" in first
    assert "distance 0.0" in clicks.html["look_alikes"]
    assert "It learned from" not in texts(app)


def test_look_alikes_that_the_network_never_learned_from_are_told(
    inspect, learned_from_the_built_in
):
    learned_from_the_built_in(20)
    assert "It learned from 20 of them." in texts(inspect(number=11, view="Look-alikes", **SET))


def test_without_the_digits_it_learned_from_look_alikes_say_what_is_missing(inspect):
    assert "This network learned from MNIST" in texts(inspect(number=1, view="Look-alikes", **SET))


def test_what_would_change_its_mind_really_does(inspect):
    app = inspect(number=5, view="What would change its mind", **SET)
    before, *after = re.findall(r"Read as (\d)", html_with(app, '<div class="gallery few'))
    assert after
    assert before not in after


def test_a_model_that_cannot_be_read_gets_a_sentence(inspect):
    (keep("broken").folder / "model.keras").write_bytes(b"no weights")
    assert "must hold the weights of 'broken'" in texts(inspect("broken", number=5, **SET))


@pytest.mark.parametrize("view", ["Layers", "Which ink spoke", "Look-alikes"])
def test_a_network_that_answers_no_numbers_gets_a_sentence(inspect, view):
    model = build(SMALL.network, 0)
    logits = model.get_layer("logits")
    logits.set_weights([np.full_like(weight, np.nan) for weight in logits.get_weights()])
    (keep("gone wrong").folder / "model.keras").write_bytes(keras_file(model))
    app = inspect("gone wrong", number=5, view=view, **SET)
    assert "no numbers" in texts(app)
    assert html_with(app, "answers with no numbers")
