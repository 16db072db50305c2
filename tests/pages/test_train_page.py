"""The Train page: the form, the link, and what Start leads to."""

import math
import re

import pytest
from app_pages import FIRST_CONTROLS, html_bodies, open_page, plain_text, texts
from kept_runs import finished_run, training_run

from mnist_core.config.paths import flatten
from mnist_core.config.schema import (
    OPTIONS,
    Augmentation,
    ConvBlock,
    DenseLayer,
    Experiment,
    Network,
    Recipe,
)
from mnist_core.network import summary
from mnist_core.presets import ABOUT, PRESETS
from mnist_core.runs import store as run_store
from mnist_core.training import guessing
from pages.ui.navigation import form, links
from pages.ui.navigation.presets import CARDS

WIDGETS = ("slider", "select_slider", "selectbox", "number_input", "toggle", "radio")
EXPERT = Experiment(
    Network(
        blocks=[
            ConvBlock(filters=7, kernel_size=5, padding="same", batch_normalization=True),
            ConvBlock(activation="gelu", convolutions=2, pool_size=0, dropout_rate=0.35),
        ],
        head="global_average_pooling",
        dense=[DenseLayer(units=77, dropout_rate=0.15), DenseLayer(activation="tanh")],
    ),
    Recipe(
        optimizer="AdamW", learning_rate=0.0007, weight_decay=0.012, schedule="cosine", warmup=0.2,
        batch_size=77, epochs=13, precision="bfloat16", validation_fraction=0.25,
        patience=4, restore_best_weights=True,
        augmentation=Augmentation(shift=1.5, rotation=12, scale=0.15, shear=3), train_images=4321,
        seed=99,
    ),
    data="built-in",
)  # fmt: skip


def open_train(query=None):
    return open_page("train", query)


def experiment_of(app) -> Experiment:
    return app.session_state["session"].experiment


def widgets_of(app) -> dict:
    """All but the second one of the learning rate, in which it can be typed."""
    found = {w.key: w for kind in WIDGETS for w in app.get(kind) if w.key}
    return {key: widget for key, widget in found.items() if not key.startswith("typed.")}


def set_to(app, key, value):
    widgets_of(app)[key].set_value(value).run()
    assert not app.exception


def press(app, button):
    """Press the button of this key or label."""
    next(b for b in app.button if button in (b.key, b.label)).click().run()
    assert not app.exception


def parameters_of(app) -> int:
    """The total that the page shows."""
    (body,) = [body for body in html_bodies(app) if "1.9rem" in body]
    return int(plain_text(body).replace(" ", ""))


def test_a_first_visitor_sees_five_controls_and_the_presets():
    app = open_train()
    hidden = {w.key for fold in app.expander for kind in WIDGETS for w in fold.get(kind)}
    shown = {form.control_name(key) for key in set(widgets_of(app)) - hidden}
    assert shown == {*FIRST_CONTROLS, "preset"}
    assert experiment_of(app) == links.default_experiment()


def test_every_field_of_an_experiment_has_a_widget():
    """In some state of the form: not all fields mean something with every optimizer."""
    wanted = set(flatten(EXPERT))
    app, seen = open_train(EXPERT.to_query() | {"data": "built-in"}), set()
    for optimizer in ("AdamW", "SGD"):
        set_to(app, "recipe.optimizer", optimizer)
        seen |= set(widgets_of(app))
    assert wanted - seen == set()


def test_the_widgets_show_the_experiment_of_the_link():
    app = open_train(EXPERT.to_query())
    shown = {key: widget.value for key, widget in widgets_of(app).items()}
    wanted = flatten(EXPERT)
    for path in set(shown) - {"preset"}:
        assert shown[path] == wanted[path], path


def test_every_widget_reaches_the_limits_of_its_field():
    shown = widgets_of(open_train(EXPERT.to_query()))
    limited = {path for path in shown if path in OPTIONS and OPTIONS[path].limits}
    assert len(limited) > 20
    for path in limited:
        widget, limits = shown[path], OPTIONS[path].limits
        if widget.type == "select_slider":
            assert (float(widget.options[0]), float(widget.options[-1])) == limits
        else:
            assert (widget.min, widget.max) == limits


def test_the_parameter_count_and_the_layers_follow_every_slider():
    app = open_train()
    for key, value in (
        ("network.blocks", 3),
        ("network.blocks.0.filters", 12),
        ("network.blocks.1.kernel_size", 2),
        ("network.blocks.2.padding", "same"),
        ("network.blocks.0.batch_normalization", True),
        ("network.dense", 2),
        ("network.dense.1.units", 40),
        ("network.head", "global_average_pooling"),
        ("network.blocks", 0),
        ("network.dense", 0),
    ):
        set_to(app, key, value)
        assert flatten(experiment_of(app))[key] == value
        wanted = experiment_of(app).network
        assert parameters_of(app) == summary.parameter_count(wanted)
        rows = [(row[0].split("**")[1], row[2]) for row in app.table[0].value.values.tolist()]
        layers = summary.layer_table(wanted)
        assert rows == [(layer.name, f"{layer.parameters:,}") for layer in layers]


@pytest.fixture
def impossible():
    """The page after a 7x7 kernel was asked for on a 3x3 map."""
    link = {"data": "built-in", "network.blocks": "3", "network.blocks.1.pool_size": "3"}
    last = {"kernel_size": "7", "padding": "same", "pool_size": "0"}
    app = open_train(link | {f"network.blocks.2.{name}": value for name, value in last.items()})
    set_to(app, "network.blocks.2.padding", "valid")
    return app


def test_an_impossible_network_is_explained_and_cannot_be_started(impossible):
    assert "block3_conv: the 7x7 kernel does not fit on a 3x3 map" in impossible.error[0].value
    assert impossible.button(key="start").disabled
    assert not impossible.table


@pytest.mark.parametrize(
    ("key", "value"), [("network.blocks.2.kernel_size", 3), ("preset", "lenet")]
)
def test_an_impossible_network_can_be_mended(impossible, key, value):
    set_to(impossible, key, value)
    assert not impossible.error
    assert not impossible.button(key="start").disabled
    assert widgets_of(impossible)[key].value == value
    assert parameters_of(impossible) == summary.parameter_count(experiment_of(impossible).network)


@pytest.mark.slow  # two apps for each of a dozen presets
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_the_form_says_why_and_leads_one_step_on(name):
    about, wanted = ABOUT[name], PRESETS[name].with_values({"data": "built-in"})
    app = open_train({"data": "built-in"})
    set_to(app, "preset", name)
    assert experiment_of(app) == wanted
    assert about.why in texts(app) and about.published in texts(app)
    assert experiment_of(open_train(dict(app.query_params))) == wanted
    if about.next_step:
        press(app, about.next_step)
        assert experiment_of(app) == wanted.with_values(about.change)


def test_two_clicks_turn_adadelta_into_adam():
    app = open_train()
    set_to(app, "preset", "two-conv-adadelta")
    press(app, "Change the optimizer to Adam")
    assert app.selectbox(key="recipe.optimizer").value == "Adam"


def test_the_choice_of_presets_says_when_the_experiment_is_none_of_them():
    app = open_train()
    set_to(app, "recipe.epochs", 9)
    assert app.radio(key="preset").value == "my own"
    set_to(app, "preset", "lenet")
    assert app.radio(key="preset").value == "lenet"


def test_every_preset_is_a_card_with_its_accuracy_time_and_size():
    proto = open_train().radio(key="preset").proto
    assert set(CARDS) == set(PRESETS)
    assert list(proto.options) == [title for title, _ in CARDS.values()]
    for (name, (_, sentence)), caption in zip(CARDS.items(), proto.captions, strict=True):
        result, size, last = caption.split("  \n")
        accuracy = f"{100 * ABOUT[name].accuracy:.2f} %"
        assert re.fullmatch(rf"{accuracy} in about [\d hmins]+", result)
        assert size == f"{summary.parameter_count(PRESETS[name].network):,} parameters"
        assert last == sentence


def test_the_help_of_the_first_controls_is_a_sentence_about_a_digit():
    shown = widgets_of(open_train())
    helps = {
        key: w.proto.help for key, w in shown.items() if form.control_name(key) in FIRST_CONTROLS
    }
    assert len(helps) == 6  # two blocks have filters
    assert all("digit" in text and text.count(".") == 1 for text in helps.values())


def test_augmentation_shows_ten_digits_that_follow_its_sliders():
    def pictures(app):
        (body,) = [body for body in html_bodies(app) if 'class="augmented"' in body]
        return re.findall(r'alt="A (\d), changed" src="(.+?)"', body)

    app = open_train()
    before = pictures(app)
    assert [digit for digit, _ in before] == list("0123456789")
    set_to(app, "recipe.augmentation.rotation", 30.0)
    assert all(new != old for (_, new), (_, old) in zip(pictures(app), before, strict=True))


def test_any_learning_rate_can_be_typed_and_the_slider_follows():
    app = open_train()
    app.number_input(key="typed.recipe.learning_rate").set_value(0.00042).run()
    assert experiment_of(app).recipe.learning_rate == 0.00042
    assert app.select_slider(key="recipe.learning_rate").value == 0.00042
    set_to(app, "recipe.learning_rate", 0.03)
    assert app.number_input(key="typed.recipe.learning_rate").value == 0.03


def test_the_link_of_an_experts_experiment_opens_it():
    app = open_train(EXPERT.to_query())
    assert experiment_of(app) == EXPERT
    assert experiment_of(open_train(dict(app.query_params))) == EXPERT
    assert app.selectbox(key="data").value == "built-in"


def test_the_link_follows_the_form_and_leaves_other_settings_alone():
    app = open_train({"theme": "x"})
    set_to(app, "recipe.epochs", 9)
    assert dict(app.query_params)["recipe.epochs"] == "9"
    assert dict(app.query_params)["theme"] == "x"
    set_to(app, "recipe.epochs", PRESETS["quick"].recipe.epochs)
    assert dict(app.query_params) == {"theme": "x"}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("recipe.epochs", "many"),
        ("recipe.epochs", "0"),
        ("recipe.learning_rate", "NaN"),
        ("recipe.optimizer", "Lion"),
        ("recipe.rate", "1"),
        ("network.blocks.7.filters", "3"),
        ("network.blocks", "99"),
        ("network.blocks.0.kernel_size", "[[[["),
        ("data", "../../etc/passwd"),
    ],
)
def test_a_bad_link_gives_one_warning_and_the_first_experiment(key, text):
    app = open_train({key: text, "recipe.seed": "7"})
    assert len(app.warning) == 1
    assert key.split(".")[-1] in app.warning[0].value
    assert experiment_of(app) == links.default_experiment()
    assert not app.button(key="start").disabled


def test_the_settings_stay_while_another_page_is_open():
    app = open_train(EXPERT.to_query())
    set_to(app, "recipe.seed", 5)
    wanted = experiment_of(app)
    app.switch_page("pages/runs.py").run()
    app.switch_page("pages/train.py").run()
    assert not app.exception
    assert experiment_of(app) == wanted
    assert app.number_input(key="recipe.seed").value == 5
    assert app.number_input(key="network.dense.0.units").value == 77
    assert experiment_of(open_train(dict(app.query_params))) == wanted


def test_a_shorter_list_forgets_what_was_set_behind_its_end():
    app = open_train({"network.dense": "2"})
    set_to(app, "network.dense.1.units", 50)
    set_to(app, "network.dense", 1)
    set_to(app, "network.dense", 2)
    assert experiment_of(app).network.dense[1] == DenseLayer()
    assert app.number_input(key="network.dense.1.units").value == DenseLayer().units


def test_without_validation_nothing_asks_for_what_needs_it():
    app = open_train({"recipe.patience": "3", "recipe.restore_best_weights": "true"})
    set_to(app, "recipe.validation", "none")
    assert not app.error
    assert not {"recipe.patience", "recipe.validation_fraction"} & set(widgets_of(app))
    set_to(app, "recipe.validation", "split")
    assert experiment_of(app).recipe.patience == 0


@pytest.mark.parametrize(("has", "words"), [(True, "times as fast"), (False, "in float32 here")])
def test_the_form_says_what_16_bits_bring_on_this_computer(monkeypatch, has, words):
    monkeypatch.setattr("mnist_core.system.machine.has_bfloat16", lambda: has)
    app = open_train({"recipe.precision": "bfloat16"})
    assert widgets_of(app)["recipe.precision"].value == "bfloat16"
    assert words in texts(app)


def test_validating_on_the_test_set_is_called_peeking():
    app = open_train()
    assert "Peeking" not in texts(app)
    set_to(app, "recipe.validation", "test")
    assert "Peeking" in texts(app)


def test_a_figure_by_the_test_set_itself_is_marked_wherever_it_stands(home):
    peeking = PRESETS["quick"].with_values({"recipe.validation": "test"})
    finished_run(peeking, "peeked")
    labels = [metric.label for metric in open_train().metric]
    assert labels == ["Test accuracy, peeked", "Test loss", "Loss, peeked", "Accuracy, peeked"]


def test_the_figures_of_a_run_that_trains_are_means_over_its_last_steps(home):
    run = training_run(PRESETS["quick"], "noisy")
    steps = {"kind": "steps", "first": 5, "every": 10, "epoch": 2}
    run.append(steps | {"loss": [1.0, 0.0] * 5, "accuracy": [0.4, 0.6] * 5})
    shown = {metric.label: metric.value for metric in open_train().metric}
    assert (shown["Loss"], shown["Accuracy"]) == ("0.400", "52.0 %")


def test_the_time_is_estimated_before_the_start():
    def seconds(app):
        text = next(c.value for c in app.caption if "on this computer" in c.value)
        number, unit = text.removeprefix("About ").split()[:2]
        return float(number) * {"s": 1, "min": 60, "h": 3600}[unit]

    app = open_train({"recipe.epochs": "1"})
    short = seconds(app)
    set_to(app, "recipe.epochs", 200)
    assert 0 < short < seconds(app)


def test_without_mnist_the_built_in_digits_are_chosen_and_the_page_says_so(without_mnist):
    app = open_train()
    assert experiment_of(app).data == "built-in"
    assert "MNIST is not on this computer. The built-in digits are used" in texts(app)
    assert "Download MNIST" in [b.label for b in app.button]
    assert not app.button(key="start").disabled


def test_a_link_that_wants_mnist_where_it_is_not_can_be_read_but_not_started(without_mnist):
    app = open_train({"data": "mnist", "recipe.epochs": "5"})
    assert experiment_of(app).data == "mnist"
    assert app.button(key="start").disabled
    assert "Choose the built-in digits" in texts(app)
    set_to(app, "data", "built-in")
    assert not app.button(key="start").disabled


def test_start_makes_a_run_of_what_the_form_says_and_shows_it():
    app = open_train(EXPERT.to_query())
    app.text_input(key="run_name").set_value("mine").run()
    press(app, "start")
    (run,) = run_store.all_runs()
    assert (run.name, run.experiment()) == ("mine", EXPERT)
    assert "**mine** · Waiting for its turn" in texts(app)
    assert app.button(key="stop")


def test_what_is_typed_just_before_the_click_on_start_counts():
    app = open_train(EXPERT.to_query())
    app.number_input(key="recipe.batch_size").set_value(55)
    app.text_input(key="run_name").set_value("late")
    press(app, "start")
    (run,) = run_store.all_runs()
    assert (run.name, run.experiment().recipe.batch_size) == ("late", 55)


def kept_run(name, state, sentence=""):
    """A run in this state, as if it had trained."""
    run = run_store.create(EXPERT, name)
    run.set_status(state, sentence)
    return run


def test_what_is_typed_just_before_the_click_on_go_on_counts():
    ended = kept_run("ended", "finished")
    for file in ("model.keras", "card.json"):
        (ended.folder / file).write_text("{}")
    app = open_train()
    app.number_input(key="more_epochs").set_value(3)
    app.select_slider(key="continue_rate").set_value(0.0001)
    press(app, "go_on")
    changes = {"recipe.epochs": "3", "recipe.learning_rate": "0.0001"}
    assert run_store.get("ended +").experiment() == EXPERT.with_values(changes)


def test_a_run_without_a_name_is_called_after_its_preset():
    app = open_train()
    set_to(app, "preset", "lenet")
    press(app, "start")
    press(app, "start")
    assert {run.name for run in run_store.all_runs()} == {"lenet", "lenet 2"}


@pytest.mark.parametrize("name", ["../x", "reader", "π²", ".hidden", "a/b"])
def test_a_name_that_cannot_be_is_refused_in_a_sentence(name):
    app = open_train()
    app.text_input(key="run_name").set_value(name).run()
    assert "A name must" in app.error[0].value
    assert app.button(key="start").disabled
    app.text_input(key="run_name").set_value("good").run()
    assert not app.error
    assert not app.button(key="start").disabled


def test_stop_takes_a_waiting_run_out_of_the_queue():
    app = open_train()
    press(app, "start")
    press(app, "stop")
    assert [run.state for run in run_store.all_runs()] == ["stopped"]
    assert "Stopped" in texts(app)
    assert not [b for b in app.button if b.key == "stop"]


def test_who_comes_back_sees_the_run_that_goes_on():
    kept_run("going on", "training")
    kept_run("older", "finished")
    assert "**going on** · Training" in texts(open_train())


def test_a_run_that_another_tab_deletes_leaves_the_page():
    kept_run("gone", "stopped")
    app = open_train()
    assert "**gone**" in texts(app)
    run_store.delete("gone")
    app.run()
    assert not app.exception
    assert "**gone**" not in texts(app)


@pytest.mark.parametrize("state", ["failed", "interrupted"])
def test_a_run_that_went_wrong_says_why(state):
    kept_run("bad", state, "It went wrong.")
    assert "It went wrong." in texts(open_train())


def test_a_run_that_only_guesses_is_shown_with_a_warning_that_says_why(home):
    sentence = f"{guessing.VERDICT}: too fast."
    finished_run(PRESETS["quick"], "guesses", 0.1028, sentence=sentence)
    assert [warning.value for warning in open_train().warning] == [sentence]


def test_a_run_of_an_earlier_version_that_only_guesses_is_shown_with_a_warning(home):
    finished_run(PRESETS["quick"], "guesses", 0.1028, sentence="Imported.")
    warnings = [warning.value for warning in open_train().warning]
    assert warnings == ["Imported. It does hardly better than guessing."]


def test_a_figure_that_is_no_number_is_shown_as_that(home):
    finished_run(PRESETS["quick"], "diverged", 0.098, math.nan, val_loss=math.nan)
    shown = {metric.label: metric.value for metric in open_train().metric}
    assert (shown["Test loss"], shown["Loss on new images"]) == ("NaN", "NaN")


def test_what_a_control_says_is_its_default_in_a_later_run_too():
    """A browser that shows that run first knows nothing of what was set in the one before."""
    app = open_train(EXPERT.to_query()).run()
    sliders = [one for one in app.slider if one.key]
    assert sliders and all(list(one.proto.default) == [one.value] for one in sliders)
    numbers = [one for one in app.number_input if one.key and not one.key.startswith("typed")]
    assert numbers and all(one.proto.default == one.value for one in numbers)
    assert all(one.proto.default == one.value for one in app.toggle)
    assert all(one.proto.default == one.index for one in app.selectbox)
    stops = app.select_slider
    assert stops and all(
        one.options[int(one.proto.default[0])] == f"{one.value:g}" for one in stops
    )
