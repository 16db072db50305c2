"""The strip of the network on Train: before, while and after it learns, and what does not fit."""

import numpy as np
from app_pages import SEVEN, decode_image, open_page, strip_on, texts
from kept_models import SMALL, keep

from mnist_core.config.paths import flatten
from mnist_core.network import summary
from mnist_core.prediction import Classifier
from mnist_core.preprocess import mnist_rule
from pages.ui.train import network_strip
from pages.ui.widgets import canvas

IMAGE = mnist_rule.to_mnist(canvas.render_paths([SEVEN]))


def test_a_network_that_has_not_learned_is_at_work_on_an_example_with_random_weights():
    app = open_page("train")
    strip = strip_on(app)
    assert network_strip.UNTRAINED in texts(app)
    assert not strip["dim"] and not strip["leads_on"]
    assert np.array_equal(decode_image(strip["image"]), network_strip.example())
    assert [(stage["side"], len(stage["maps"])) for stage in strip["stages"]] == [(24, 8), (8, 8)]
    assert max(strip["probabilities"]) < 0.3


def test_a_network_that_has_learned_is_shown_by_its_weights_and_leads_on_with_a_drawing(drawn):
    run = keep("mine")
    app = open_page("train", SMALL.to_query())
    strip, read = strip_on(app), Classifier.load(run).network.output
    assert "As **mine** has learned it." in texts(app)
    example = network_strip.example()[None, ..., None] / np.float32(255)
    assert np.allclose(strip["probabilities"], read(example)[0], atol=1e-3)
    assert not strip["leads_on"]
    app.session_state["session"].canvas.paths = [SEVEN]
    strip = strip_on(app.run())
    assert np.array_equal(decode_image(strip["image"]), IMAGE)
    assert strip["leads_on"]


def test_a_run_of_another_network_is_not_in_the_strip():
    keep("mine")
    assert network_strip.UNTRAINED in texts(open_page("train"))


def test_the_first_slider_at_its_end_keeps_the_strip_marks_the_block_and_one_click_mends_it():
    app = open_page("train")
    app.slider(key="network.blocks").set_value(4).run()
    stages = strip_on(app)["stages"]
    assert [bool(stage.get("error")) for stage in stages] == [False, False, False, True]
    assert stages[-1]["caption"] == "block 4: does not fit"
    assert app.button(key="start").disabled
    app.button(key="mend").click().run()
    assert not app.exception and not app.error
    assert not app.button(key="start").disabled
    values = flatten(app.session_state["session"].experiment)
    assert values["network.blocks"] == 4
    assert values["network.blocks.3.padding"] == "same"
    assert values["network.blocks.3.pool_size"] == 0
    assert len(strip_on(app)["stages"]) == 4


def test_before_it_learns_a_network_has_the_shapes_of_its_weights():
    shapes = {name: w.shape for name, w in network_strip.untrained(SMALL.network).weights.items()}
    assert shapes == summary.weight_shapes(SMALL.network)
