"""Every layer's values for one image, in order, to look at and to click."""

import html
from collections.abc import Callable

import numpy as np

from mnist_core.interpret.activations import LayerActivation
from mnist_core.interpret.tiles import TileGrid
from pages.ui.inside.blocks import Block
from pages.ui.state.session import ValueLocation
from pages.ui.widgets import answer, clickable
from pages.ui.widgets import layers as layer_widgets

WIDTH = 660  # pixels of the layers' column on a desk
FIRST = 64  # maps of a layer that are shown unless all are asked for
UNITS_PER_ROW = 50  # of a layer without maps
UNIT_SIZE = 5  # pixels of the picture for such a value
UNFOLD = "unfold:"  # before a block's name: the part that unfolds it, or folds it again

STYLE = """
.block { margin: 0 0 1.1rem; }
.block > p { display: flex; gap: .3rem .6rem; align-items: baseline; flex-wrap: wrap;
  margin: 0 0 .3rem; line-height: 1.35; }
.block > p b { font-size: 1.1rem; }
.block > p span { opacity: .75; }
.block button { margin-left: auto; padding: .1rem .6rem; font: inherit; font-size: .875rem;
  color: inherit; cursor: pointer; border-radius: 6px; background: none;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); }
.block button:is(:hover, :focus-visible) { outline: 2px solid #2f86e0; }
.block.unfolded { padding-left: .7rem;
  border-left: 3px solid color-mix(in srgb, currentColor 20%, transparent); }
.layer { margin: 0 0 .7rem; }
.layer p { margin: 0 0 .3rem; line-height: 1.35; }
.layer p span { opacity: .75; }
.layer img { display: block; max-width: 100%; image-rendering: pixelated; cursor: crosshair;
  border-radius: 3px; }
.layer [data-click]:is(:hover, :focus-visible) { outline: 2px solid #2f86e0; }
.framed { position: relative; width: fit-content; max-width: 100%; }
.framed i { position: absolute; pointer-events: none; outline: 2px solid #ff8f0f;
  min-width: 3px; min-height: 3px; }
.ten-values { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 3px;
  max-width: 660px; font-variant-numeric: tabular-nums; text-align: center; }
.ten-values div { border-radius: 4px; cursor: pointer; padding: .25rem 0; line-height: 1.25;
  font-size: .82rem; background: color-mix(in srgb, currentColor 8%, transparent); }
.ten-values b { display: block; font-size: 1.05rem; }
.ten-values .chosen { outline: 2px solid #ff8f0f; }
.ten-values .best { background: #2f86e0; color: #fff; }
@media (max-width: 640px) {
  .ten-values div { font-size: .62rem; }
  .block > p span { order: 1; flex-basis: 100%; }  /* the button is beside the title */
}
"""


def show(
    blocks: list[Block],
    location: ValueLocation,
    all_maps: bool,
    unfolded: set[str],
    choose: Callable[[ValueLocation], None],
) -> None:
    """All blocks; `choose` is called with the value that is clicked.

    Args:
        unfolded: names of blocks to show layer by layer; a click on a block's button changes it.
    """

    def on_click(click):
        if click.part.startswith(UNFOLD):
            unfolded.symmetric_difference_update([click.part.removeprefix(UNFOLD)])
            return
        name, *unit = click.part.split(".")
        (step,) = [step for block in blocks for step in block.steps if step.layer.name == name]
        index = (int(unit[0]),) if unit else _clicked_index(step, all_maps, click)
        choose(ValueLocation(name, index))

    body = "".join(_block(block, location, all_maps, block.name in unfolded) for block in blocks)
    clickable.show(body, "layers", on_click, leads_to="one_value")


def tile_grid(output: np.ndarray, all_maps: bool = True) -> TileGrid:
    """How the maps, or the values, of a layer are laid out: float (h, w, maps) or (n,)."""
    if output.ndim == 1:
        return TileGrid(len(output), UNIT_SIZE, UNIT_SIZE, min(UNITS_PER_ROW, len(output)))
    height, width, maps = output.shape
    count = maps if all_maps else min(maps, FIRST)
    columns = max(1, WIDTH // (zoom(width) * (width + 1)))
    return TileGrid(count, height, width, min(columns, count))


def zoom(width: int) -> int:
    """How many pixels of the screen a value gets, in maps so wide."""
    return 2 if width >= 20 else 3 if width >= 10 else 5 if width >= 4 else 10


def _clicked_index(step, all_maps, click) -> tuple[int, ...]:
    number, row, column = tile_grid(step.output, all_maps).at(click.x, click.y)
    return (number,) if step.output.ndim == 1 else (row, column, number)


def _block(block: Block, location: ValueLocation, all_maps: bool, unfolded: bool) -> str:
    words, button = block.describe(), ""
    if len(block.steps) > len(block.shown):
        button = (
            f'<button data-click="{UNFOLD}{block.name}" aria-expanded="{str(unfolded).lower()}">'
            f"{'Fold' if unfolded else f'All {len(block.steps)} layers'}</button>"
        )
    layers = "".join(_layer(step, location, all_maps) for step in block.steps_shown(unfolded))
    return (
        f'<div class="block{" unfolded" * unfolded}"><p><b>{block.title}</b>'
        f" <span>{words}</span>{button}</p>{layers}</div>"
    )


def _layer(step: LayerActivation, location: ValueLocation, all_maps: bool) -> str:
    layer = step.layer
    index = location.index if location.layer == layer.name else None
    head = f"<p><b>{layer.name}</b> <span>{_description(step, all_maps)}</span></p>"
    if layer.kind == "Dropout":
        body = ""
    elif layer.name in ("logits", "probabilities"):
        body = _ten_values(step, index)
    else:
        body = _picture(step, index, all_maps)
    return f'<div class="layer">{head}{body}</div>'


def _description(step, all_maps) -> str:
    kind = step.layer.kind
    if kind == "Dropout":
        return "passes everything on: it only drops values while the network trains"
    meaning = f"{kind}, {layer_widgets.MEANINGS[kind]}"
    if step.output.ndim == 1:
        return f"{meaning} · {len(step.output):,} values"
    height, width, maps = step.output.shape
    shown = tile_grid(step.output, all_maps).count
    rest = f", the first {shown} here" if shown < maps else ""
    return f"{meaning} · {maps} map{'s' * (maps > 1)} of {height} × {width}{rest}"


def _picture(step, index, all_maps) -> str:
    output, grid = step.output, tile_grid(step.output, all_maps)
    if output.ndim == 1:
        values = np.broadcast_to(output[:, None, None], (len(output), UNIT_SIZE, UNIT_SIZE))
        scale, content = 2, "values"
    else:
        values = np.moveaxis(output, -1, 0)[: grid.count]
        scale, content = zoom(grid.width), "feature maps"
    picture = grid.draw(values, float(np.abs(output).max(initial=0)))
    image = (
        f'<img data-click="{step.layer.name}" decoding="sync" style="width:'
        f'{picture.shape[1] * scale}px" alt="{grid.count} {content} of {step.layer.name}"'
        f' src="{answer.data_url(picture)}">'
    )
    return f'<div class="framed">{image}{_tile_frame(grid, index)}</div>'


def _tile_frame(grid: TileGrid, index) -> str:
    """A frame around the chosen tile."""
    if index is None or index[-1] >= grid.count:
        return ""
    top, left = grid.corner(index[-1])
    return frame(top, left, grid.height, grid.width, grid.size)


def frame(top, left, height, width, size) -> str:
    """A frame over a part of a picture of `size` (height, width), in the picture's pixels."""
    down, across = 100 / size[0], 100 / size[1]
    return (
        f'<i style="top:{top * down:.3f}%;left:{left * across:.3f}%;'
        f'height:{height * down:.3f}%;width:{width * across:.3f}%"></i>'
    )


def _ten_values(step, index) -> str:
    best = int(step.output.argmax())
    cells = []
    for digit, value in enumerate(step.output):
        css_class = "chosen " * (index == (digit,)) + "best" * (digit == best)
        text = answer.percent(value) if step.layer.kind == "Softmax" else f"{value:.2f}"
        click = f'data-click="{step.layer.name}.{digit}"'
        cells.append(f'<div class="{css_class}" {click}><b>{digit}</b>{html.escape(text)}</div>')
    return f'<div class="ten-values">{"".join(cells)}</div>'
