"""The diagram of a network."""

from xml.etree import ElementTree

import pytest

from mnist_core.config.layer_shapes import plan_layers
from mnist_core.config.schema import ConvBlock, DenseLayer, Network
from mnist_core.network.diagram import describe, to_svg
from mnist_core.presets import PRESETS

SVG = "{http://www.w3.org/2000/svg}"
DEEP = Network(
    blocks=(ConvBlock(filters=256, convolutions=3, padding="same", batch_normalization=True),) * 4,
    head="global_average_pooling",
    dense=(DenseLayer(units=1024, dropout_rate=0.5),) * 3,
)
NETWORKS = {name: e.network for name, e in PRESETS.items()}
NETWORKS |= {"bare": Network(blocks=(), dense=()), "deep": DEEP}
every_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)


def drawn(network):
    return ElementTree.fromstring(to_svg(plan_layers(network)))


@every_network
def test_it_is_well_formed_and_describes_itself(network):
    svg = drawn(network)
    assert (svg.tag, svg.get("role")) == (f"{SVG}svg", "img")
    assert svg.get("aria-label") == describe(plan_layers(network))


@every_network
def test_everything_lies_inside_it(network):
    _, _, width, height = map(float, drawn(network).get("viewBox").split())
    for square in drawn(network).iter(f"{SVG}rect"):
        x, y, w, h = (float(square.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= 0 and x + w <= width
        assert y >= 0 and y + h <= height


def test_the_description_names_the_layers_in_their_order():
    text = describe(plan_layers(PRESETS["one-conv-128"].network))
    places = [text.index(part) for part in ("28 by 28", "32 maps of 26 by 26", "13 by 13", "128")]
    assert places == sorted(places)


def test_larger_maps_are_drawn_larger():
    sides = [float(s.get("width")) for s in drawn(PRESETS["lenet"].network).iter(f"{SVG}rect")]
    assert sides[0] == max(sides)  # the input, 28x28
    assert len(set(sides)) > 3
