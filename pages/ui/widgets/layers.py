"""The network in the form: a diagram, its size, and a row per layer."""

import base64

import streamlit as st

from mnist_core.config.layer_shapes import Layer
from mnist_core.network.diagram import HEIGHT, describe, to_svg

STYLE = ".thousands::before { content: ','; }"
MEANINGS = {
    "Conv2D": "looks for patterns",
    "BatchNormalization": "evens out each map",
    "Activation": "bends",
    "MaxPooling2D": "keeps the largest",
    "Dropout": "drops some at random",
    "Flatten": "lays maps in a row",
    "GlobalAveragePooling2D": "averages each map",
    "Dense": "weighs everything",
    "Softmax": "makes probabilities",
}


def diagram(table: list[Layer]) -> None:
    """The diagram, as wide as it needs; of no layers, the room for one, so that nothing jumps."""
    picture = ""
    if table:
        svg = base64.b64encode(to_svg(table).encode()).decode()
        picture = (
            f'<img src="data:image/svg+xml;base64,{svg}" alt="{describe(table)}"'
            ' style="max-width:none">'
        )
    st.html(f'<div style="overflow-x:auto; min-height:{HEIGHT + 7}px">{picture}</div>')


def parameters(table: list[Layer]) -> None:
    """The total."""
    total = sum(layer.parameters for layer in table)
    st.markdown("Parameters", help="The numbers that training sets: weights and biases.")
    with st.container(key="parameters"):
        st.html(f'<span style="font-size:1.9rem">{_grouped(total)}</span>')


def table(table: list[Layer]) -> None:
    """A row per layer."""
    st.table([_row(layer) for layer in table], hide_index=True, border="horizontal")


def _grouped(number: int) -> str:
    """42,962, whose commas are not part of the text: a program reads its digits."""
    first, *groups = f"{number:,}".split(",")
    return first + "".join(f'<span class="thousands">{group}</span>' for group in groups)


def _row(layer: Layer) -> dict[str, str]:
    shape = "\u00a0×\u00a0".join(map("{:,}".format, layer.output_shape))  # on one line
    meaning = f"**{layer.name}**  \n{layer.kind}: {MEANINGS[layer.kind]}"
    return {"Layer": meaning, "Output": shape, "Parameters": f"{layer.parameters:,}"}
