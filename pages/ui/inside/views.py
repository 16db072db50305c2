"""What can be looked at inside a network: its layers, its filters, the ink that spoke."""

import html

import numpy as np
import streamlit as st

from mnist_core.interpret import activations, saliency, tiles
from mnist_core.interpret.activations import LayerActivation
from mnist_core.interpret.tiles import TileGrid
from mnist_core.network.inference import to_input
from pages.ui.inside import blocks, feature_maps, one_value
from pages.ui.inside.inspection import Inspection
from pages.ui.state.session import Session, ValueLocation
from pages.ui.widgets import answer, gallery
from pages.ui.widgets.gallery import Tile

FILTER_ZOOM = 9  # pixels of the screen for a weight
METHOD = (
    "The method is *integrated gradients*: on the way from a black image to yours, each pixel's"
    " part in the change of the logit is added up. Unlike a plain gradient, which says what a"
    " small change **would** do, it shares out what the ink **did**: the parts of all pixels add"
    " up to the change, and where there is no ink there is none. Sundararajan, Taly and Yan,"
    " *Axiomatic Attribution for Deep Networks*, 2017."
)
STYLE = """
.spoke { display: flex; flex-wrap: wrap; gap: 1.4rem; }
.spoke figure { margin: 0; width: 22rem; max-width: 100%; }
.spoke img { width: 100%; image-rendering: pixelated; border-radius: 6px; display: block; }
.spoke figcaption { margin-top: .4rem; line-height: 1.4; }
.filters { display: flex; flex-wrap: wrap; gap: .6rem; }
.filters img { image-rendering: pixelated; max-width: 100%; display: block; }
"""


def layers(inspection: Inspection, session: Session) -> None:
    """Every block's maps, and beside them the arithmetic of one value."""
    steps = inspection.steps
    left, right = st.columns([11, 9], gap="large")
    location = one_value.clip_location(_chosen_location(session), steps)
    with left:
        groups, all_maps = blocks.group(steps), _show_all_maps(steps)
        feature_maps.show(groups, location, all_maps, session.unfolded_blocks, session.set_location)
    with right, st.container(key="one_value"):
        st.markdown("**The arithmetic of one value.** Click a pixel in any map.")
        one_value.number_inputs(steps, location, session.set_location)
        one_value.show(inspection, location, session.set_location)


def _show_all_maps(steps: list[LayerActivation]) -> bool:
    """Whether all maps are wanted, where a layer has more than are shown at first."""
    if all(step.output.ndim == 1 or step.output.shape[-1] <= feature_maps.FIRST for step in steps):
        return True
    return st.toggle(f"Show all maps, not only the first {feature_maps.FIRST}", key="every_map")


def _chosen_location(session: Session) -> ValueLocation | None:
    """The value that was asked for, by a click or by the address, and the address says it.

    Nothing is written there before a click: the browser's Back would lead to the page as it was
    without, and that would write it again, for ever.
    """
    text = st.query_params.get("at", "")
    if text and text != session.location_in_address:  # a link, or Back
        session.location, session.location_in_address = parse_location(text), text
    if session.location:
        text = ".".join([session.location.layer, *map(str, session.location.index)])
        if text != session.location_in_address:
            st.query_params["at"] = session.location_in_address = text
    return session.location


def parse_location(text: str) -> ValueLocation | None:
    """A location as an address says it, "block1_conv.10.12.3"; None if it says none."""
    layer, *index = text.split(".")
    if index and all(number.isdecimal() and len(number) < 6 for number in index):
        return ValueLocation(layer, tuple(map(int, index)))
    return None


def filters(inspection: Inspection, _) -> None:
    """The kernels of every convolution."""
    kernels = activations.filters(inspection.network)
    if not kernels:
        st.info("This network has no convolutions, so it has no filters.")
        return
    st.markdown(
        "What each convolution looks for, as it was learned. **White** weights want ink, **blue**"
        " ones want none. Only the first layer's filters lie on the image itself; later ones lie"
        " on the maps before them, with a square for each."
    )
    for layer, kernel in kernels:
        before, count = kernel.shape[2:]
        st.markdown(f"**{layer.name}** · {count} filters of {kernel.shape[0]} × {kernel.shape[1]}")
        if before == 1:
            _show_squares(kernel[:, :, 0], f"The {count} filters of {layer.name}")
            continue
        number = st.number_input(
            f"Filter, 0 to {count - 1}", 0, count - 1, key=f"filter-{layer.name}", width=200
        )
        alt = f"Filter {number} of {layer.name}: a square for each of the {before} maps before it"
        _show_squares(kernel[..., number], alt)


def _show_squares(weights: np.ndarray, alt: str) -> None:
    """Weights (height, width, count) as so many squares."""
    height, width, count = weights.shape
    columns = min(count, feature_maps.WIDTH // ((width + 1) * FILTER_ZOOM))
    picture = TileGrid(count, height, width, columns).draw(np.moveaxis(weights, -1, 0))
    st.html(
        f'<div class="filters"><img alt="{html.escape(alt)}"'
        f' style="width:{picture.shape[1] * FILTER_ZOOM}px" src="{answer.data_url(picture)}"></div>'
    )


def attributions(inspection: Inspection, _) -> None:
    """Which ink spoke for the digit read, and which against the runner-up."""
    network, image = inspection.network, inspection.image
    second, first = (int(d) for d in np.argsort(inspection.steps[-1].output)[-2:])
    alone = saliency.integrated_gradients(network, image, first)
    lead = saliency.integrated_gradients(network, image, first, second)
    figures = (
        (alone, f"For a {first}", f"Orange ink spoke for a {first}, blue ink against it. All of"
         f" it changed the logit of {first} by {alone.change:+.2f}."),
        (lead, f"A {first} rather than a {second}", f"Orange ink spoke for {first} against the"
         f" runner-up, {second}; blue ink for {second}. All of it gave {first} a lead of"
         f" {lead.change:+.2f}."),
    )  # fmt: skip
    cells = "".join(
        f'<figure><img alt="{title}: {caption}"'
        f' src="{answer.data_url(tiles.attribution_overlay(result.attributions, image))}">'
        f"<figcaption><b>{title}.</b> {caption}</figcaption></figure>"
        for result, title, caption in figures
    )
    st.html(f'<div class="spoke">{cells}</div>')
    with st.expander("How this is worked out", icon=":material/function:"):
        st.markdown(METHOD)
        st.latex(
            r"\text{part}_i = x_i \int_0^1 \frac{\partial z_d(\alpha x)}{\partial x_i}\, d\alpha"
        )


def logit_weights(inspection: Inspection, _) -> None:
    """For each digit, how its logit weighs every pixel, at this image: ten gradients."""
    x, rows = to_input(inspection.image[None]), np.eye(10, dtype=np.float32)
    gradients = [inspection.network.gradients(x, row)[1][0, ..., 0] for row in rows]
    largest = max(float(np.abs(gradient).max()) for gradient in gradients)
    stencils = [
        Tile(tiles.colour_map(gradient, largest), f"How {digit} weighs the pixels", str(digit))
        for digit, gradient in enumerate(gradients)
    ]
    st.markdown(
        "For small changes of this image, the whole network acts as **one weighted sum per digit**."
        " These are the weights: more ink on a white pixel raises the digit's logit, on a blue one"
        " it lowers it. In a network with bends the weights change with the image. **Without bends"
        " they are the same for every image**: ten stencils are all that such a network can have,"
        " however many layers it has."
    )
    gallery.show(stencils, "ten")
    st.markdown("The weight of pixel $i$ for digit $d$ is how fast the logit $z_d$ rises with it:")
    st.latex(r"w_{d,i} = \frac{\partial z_d}{\partial x_i}")
