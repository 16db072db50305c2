"""One value of one layer: where it is, what it sees, and its arithmetic."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from mnist_core.interpret import layer_arithmetic, receptive_field
from mnist_core.interpret.activations import LayerActivation
from mnist_core.interpret.tiles import TileGrid
from pages.ui.inside import arithmetic as arithmetic_view
from pages.ui.inside import blocks, feature_maps
from pages.ui.inside.inspection import Inspection
from pages.ui.state.session import ValueLocation
from pages.ui.widgets import answer, clickable

STYLE = """
.large { display: flex; flex-wrap: wrap; gap: .9rem; }
.large figure { margin: 0; width: 250px; max-width: 47%; }
.large figcaption { font-size: .85rem; line-height: 1.3; margin-top: .3rem; }
.large img { width: 100%; display: block; image-rendering: pixelated; border-radius: 4px; }
.large img[data-click] { cursor: crosshair; }
.large .framed { width: 100%; }
"""
MEANINGS = {
    "Conv2D": "A filter is laid on a patch of the maps before it. Each value is multiplied with"
    " the weight on it; the sum of all, plus a bias, says how well the patch fits the filter.",
    "BatchNormalization": "The value is compared with what was typical of its map in training:"
    " how many spreads it lies above the mean; then stretched and moved by two learned numbers.",
    "Activation": "The bend: without it, layers upon layers would be one single weighted sum.",
    "MaxPooling2D": "Only the largest value of each square goes on: that it was found counts more"
    " than where exactly.",
    "Flatten": "The maps are laid in one long row, value by value. Nothing is computed.",
    "GlobalAveragePooling2D": "All of a map becomes one number: its mean.",
    "Dense": "Every value before it is multiplied with a weight of its own; all are added up.",
    "Softmax": "Each logit's exponential, divided by the sum of all ten: now all lie between 0 and"
    " 1 and add up to 1.",
    "Dropout": "While training, some values are set to 0 at random. Now all are passed on.",
}
FORMULAS = {
    "Conv2D": r"y = f\Big(\sum_{i,j,m} x_{i,j,m}\, w_{i,j,m} + b\Big)",
    "BatchNormalization": r"y = \gamma\,\frac{x-\mu}{\sqrt{\sigma^2+0.001}}+\beta",
    "MaxPooling2D": r"y = \max_{i,j} x_{i,j}",
    "GlobalAveragePooling2D": r"y = \frac{1}{n}\sum_{i,j} x_{i,j}",
    "Dense": r"y = f\Big(\sum_i x_i\, w_i + b\Big)",
    "Softmax": r"p_d = \frac{e^{z_d}}{\sum_k e^{z_k}}",
}


def default_location(steps: list[LayerActivation]) -> ValueLocation:
    """The value to begin with: the strongest that is seen of the first block."""
    step = blocks.group(steps)[0].shown[0]
    return ValueLocation(step.layer.name, _strongest(step))


def clip_location(location: ValueLocation | None, steps: list[LayerActivation]) -> ValueLocation:
    """The location, moved into its layer; the default one if these layers have no such layer."""
    shapes = {step.layer.name: step.output.shape for step in steps}
    shape = shapes.get(location.layer) if location else None
    if shape is None or len(shape) != len(location.index):
        return default_location(steps)
    index = tuple(min(i, n - 1) for i, n in zip(location.index, shape, strict=True))
    return ValueLocation(location.layer, index)


def number_inputs(
    steps: list[LayerActivation], location: ValueLocation, choose: Callable[[ValueLocation], None]
) -> None:
    """The location in numbers, for a keyboard; `choose` is called with another one."""
    by_name = {step.layer.name: step for step in steps}
    axes = ("Row", "Column", "Map") if len(location.index) == 3 else ("Value",)
    st.session_state["spot-layer"] = location.layer

    def on_change():
        step = by_name[st.session_state["spot-layer"]]
        if step.output.ndim == len(axes):
            index = tuple(st.session_state.get(f"spot-{axis}", 0) for axis in axes)
        else:
            index = _strongest(step)
        choose(ValueLocation(step.layer.name, index))

    shape = by_name[location.layer].output.shape
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.selectbox("Layer", list(by_name), key="spot-layer", on_change=on_change, width=190)
        for axis, value, size in zip(axes, location.index, shape, strict=True):
            st.session_state[f"spot-{axis}"] = value
            st.number_input(axis, 0, size - 1, key=f"spot-{axis}", on_change=on_change, width=104)


def _strongest(step: LayerActivation) -> tuple[int, ...]:
    """The index of a layer's strongest value."""
    return tuple(int(i) for i in np.unravel_index(int(step.output.argmax()), step.output.shape))


def show(
    inspection: Inspection, location: ValueLocation, choose: Callable[[ValueLocation], None]
) -> None:
    """The value's map and what it sees, and its arithmetic; `choose` gets a pixel clicked."""
    layer, index = location
    step = next(step for step in inspection.steps if step.layer.name == layer)

    def on_click(click):
        _, row, column = TileGrid(1, *step.output.shape[:2], 1).at(click.x, click.y)
        choose(ValueLocation(layer, (row, column, index[2])))

    if len(index) == 3:
        field = receptive_field.receptive_field(inspection.network.plan, layer, index)
        clickable.show(_map_and_image(inspection.image, step, index, field), "large", on_click)
    first, *others = _from_the_sum(inspection.steps, layer)
    st.markdown(MEANINGS[first.layer.kind])
    if first.layer.kind in FORMULAS:
        st.latex(FORMULAS[first.layer.kind])
    explained = layer_arithmetic.explain_value(first, index)
    all_digits = st.toggle(
        "All digits", key="all_digits",
        help="Numbers are shown rounded, so they may miss their sum in the last place."
        " Switch this on, or point at a number, to see it as the computer holds it.",
    )  # fmt: skip
    is_convolution = isinstance(explained, layer_arithmetic.Convolution)
    input_map = _choose_input_map(explained) if is_convolution else 0
    parts = [("", explained)]
    for other in others:
        words = f"<b>{other.layer.name}</b> {MEANINGS[other.layer.kind]}"
        parts.append((words, layer_arithmetic.explain_value(other, index)))
    with st.container(key="arithmetic"):
        st.html(arithmetic_view.to_html(parts, input_map, all_digits))
        st.html(_computed(float(step.output[index]), arithmetic_view.NumberFormat(all_digits)))


def _from_the_sum(steps: list[LayerActivation], name: str) -> list[LayerActivation]:
    """The layers that make a value of this one: it, and those back to the weighted sum."""
    end = [step.layer.name for step in steps].index(name)
    start = end
    while steps[start].layer.kind in ("BatchNormalization", "Activation"):
        start -= 1
    return steps[start : end + 1]


def _choose_input_map(convolution: layer_arithmetic.Convolution) -> int:
    """Which of the maps before it is shown with its patch: the heaviest, unless one is chosen."""
    count = convolution.inputs.shape[-1]
    if count == 1:
        return 0
    heaviest = arithmetic_view.heaviest_map(convolution)
    options = ["heaviest", *range(count)]
    chosen = st.selectbox(
        "Patch of map", options, key="patch_of", width=210,
        format_func=lambda o: f"{heaviest}, which counts most" if o == "heaviest" else str(o),
        help="The filter has a layer of weights for each map before it.",
    )  # fmt: skip
    return heaviest if chosen == "heaviest" else min(chosen, count - 1)


def _computed(value: float, number_format: arithmetic_view.NumberFormat) -> str:
    """What the network itself computed, to compare with the sum."""
    title, text = arithmetic_view.all_digits_text(value), number_format.number(value)
    return f'<div class="sum"><p>The network computed <b title="{title}">{text}</b>.</p></div>'


def _map_and_image(image, step: LayerActivation, index: tuple[int, int, int], field) -> str:
    row, column, number = index
    height, width = step.output.shape[:2]
    largest = float(np.abs(step.output).max(initial=0))
    tile = TileGrid(1, height, width, 1).draw(step.output[None, :, :, number], largest)
    pixel = feature_maps.frame(row, column, 1, 1, (height, width))
    size = (field.bottom - field.top, field.right - field.left)
    field_frame = feature_maps.frame(field.top, field.left, *size, image.shape)
    return (
        '<div class="large">'
        + _figure(tile, f"Map {number} of {step.layer.name}", pixel, "Click a pixel.", "pixel")
        + _figure(image, "The image", field_frame, f"It sees these {size[0]} × {size[1]} pixels.")
        + "</div>"
    )


def _figure(picture, alt, frame, caption, click="") -> str:
    part = f'data-click="{click}"' if click else ""
    return (
        f'<figure><div class="framed"><img {part} decoding="sync" alt="{alt}"'
        f' src="{answer.data_url(picture)}">{frame}</div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )
