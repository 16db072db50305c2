"""The network at work on the drawing, in one strip: input, maps of each block, ten outputs."""

import functools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from mnist_core.interpret.overview import Overview, Stage, overview
from mnist_core.interpret.tiles import colour_map
from mnist_core.network.inference import InferenceNetwork
from mnist_core.runs.run import Run
from pages.ui.navigation import inside_link
from pages.ui.state.session import Session, ValueLocation
from pages.ui.widgets import answer

BLANK = np.zeros((28, 28), np.uint8)
KEY = "living_network"


@functools.cache
def _component():
    """Late, because a component can't be made outside a running app."""
    folder = Path(__file__).parent
    return st.components.v2.component(
        KEY,
        html='<div class="living"></div>',
        js=(folder / "living_network.js").read_text(),
        css=(folder / "living_network.css").read_text(),
        isolate_styles=False,
    )


def show(
    session: Session,
    network: InferenceNetwork,
    image: np.ndarray | None,
    model: Run,
    shown_maps: tuple[tuple[int, ...], ...] = (),
    open_inside: Callable[[Run], None] | None = None,
) -> None:
    """The strip; a click on a map leads to the arithmetic of its strongest value on Inside.

    Args:
        image: uint8 (28, 28); None dims the strip.
        model: whose network it is.
        shown_maps: see `overview`.
        open_inside: how to get there with the image; None: it is the drawing.
    """
    if image is None:
        draw(_blank_strip(network, shown_maps))
        return
    found = overview(network, image, shown_maps)
    clicked = draw(strip(found, image) | {"leads_on": True})
    if clicked is None:
        return
    stage, number = clicked
    if stage >= 0:
        session.set_location(strongest_value(found.stages[stage], number))
    (open_inside or inside_link.open_drawing)(model)


@functools.lru_cache(maxsize=4)
def _blank_strip(network: InferenceNetwork, shown_maps: tuple[tuple[int, ...], ...]) -> dict:
    """The strip before the first stroke: a class asks for it at each Clear."""
    return strip(overview(network, BLANK, shown_maps), None) | {"leads_on": True}


def draw(strip: dict) -> list[int] | None:
    """Have the browser draw what `strip` returns; what was clicked: [block, map], from 0."""
    text = json.dumps(strip, separators=(",", ":"))  # a dict would load pandas
    return _component()(data={"strip": text}, key=KEY, on_clicked_change=lambda: None).clicked


def strongest_value(stage: Stage, number: int) -> ValueLocation:
    """Where the map shown in this place, from 0, has its largest value."""
    values = stage.values[number]
    row, column = np.unravel_index(np.argmax(values), values.shape)
    return ValueLocation(stage.layer.name, (int(row), int(column), stage.maps[number]))


def strip(found: Overview, image: np.ndarray | None) -> dict:
    """What the browser draws: pictures as data URLs, lines from -1 (against) to 1 (for)."""
    return {
        "image": answer.data_url(BLANK if image is None else image),
        "dim": image is None,
        "leads_on": False,
        "label": describe(found, image),
        "stages": [_stage(stage, image is None) for stage in found.stages],
        "lines": [_relative(c, image).tolist() for c in found.contributions],
        "probabilities": np.nan_to_num(found.probabilities).round(3).tolist(),
    }


def _stage(stage: Stage, dim: bool) -> dict:
    count, height, width = stage.values.shape
    values = np.zeros_like(stage.values) if dim else stage.values
    tiles = colour_map(values.reshape(count * height, width))
    number, total = (
        stage.layer.name.removeprefix("block").split("_")[0],
        stage.layer.output_shape[2],
    )
    caption = f"block {number}: {count} of {total} maps" if count < total else f"block {number}"
    return {
        "caption": caption,
        "maps": stage.maps,
        "side": height,
        "tiles": answer.data_url(tiles),
        "fields": stage.fields,
    }


def _relative(contributions: np.ndarray, image: np.ndarray | None) -> np.ndarray:
    """Each line beside the strongest of its gap; before there is a drawing nothing flows."""
    values = np.nan_to_num(contributions) * (image is not None)
    return (values / (np.abs(values).max(initial=0) or 1)).round(2)


def describe(found: Overview, image: np.ndarray | None) -> str:
    """The strip in words."""
    blocks = len(found.stages)
    words = f"The network at work: the image, {blocks} block{'s' * (blocks != 1)}, ten outputs."
    if image is None or not np.isfinite(found.probabilities).all():
        return words
    return f"{words} The strongest output is {int(found.probabilities.argmax())}."
