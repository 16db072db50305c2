"""A network's layers -> a diagram, as SVG text that can be read on light and dark pages.

A map is drawn as a stack of squares: the side grows with its size, the stack with the number of
maps. A row of numbers is a bar, longer for more numbers.
"""

import html
import math
from collections.abc import Sequence

from mnist_core.config.layer_shapes import IMAGE_SHAPE, Layer

HEIGHT, TOP = 150, 100  # of the picture, and of the part above the captions
STACK = 5  # squares in the largest stack
SHOWN = ("Conv2D", "MaxPooling2D", "GlobalAveragePooling2D", "Flatten", "Dense")
COLOURS = {"Conv2D": "#2f86e0", "MaxPooling2D": "#12a594", "Dense": "#e8820c"}
OTHER = "#8a8f98"
TEXT = "#737b87"  # readable on white and on near-black alike
WORDS = {
    "Conv2D": "convolution",
    "MaxPooling2D": "max pooling",
    "GlobalAveragePooling2D": "average",
    "Flatten": "flatten",
    "Dense": "dense",
}


def to_svg(table: Sequence[Layer]) -> str:
    """The network as an SVG element, as wide as it has layers."""
    layers = [("input", OTHER, IMAGE_SHAPE)]
    for layer in table:
        if layer.kind in SHOWN:
            word = "digits" if layer.name == "logits" else WORDS[layer.kind]
            layers.append((word, COLOURS.get(layer.kind, OTHER), layer.output_shape))
    parts, x = [], 8.0
    for number, (word, colour, shape) in enumerate(layers):
        if number:
            parts.append(_arrow(x))
            x += 24
        shapes, width = _stack(x, shape, colour) if len(shape) == 3 else _bar(x, shape, colour)
        parts.append(shapes + _caption(x + width / 2, word, shape))
        x += width + 8
    description = html.escape(describe(table), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{description}"'
        f' viewBox="0 0 {x:.0f} {HEIGHT}" width="{x:.0f}" height="{HEIGHT}"'
        f' font-family="sans-serif" font-size="11">{"".join(parts)}</svg>'
    )


def describe(table: Sequence[Layer]) -> str:
    """The diagram in words, for screen readers."""
    steps = [f"{WORDS[r.kind]} to {_size(r.output_shape)}" for r in table if r.kind in SHOWN]
    return f"The network: a 28 by 28 image, then {', then '.join(steps)}."


def _size(shape) -> str:
    return f"{shape[2]} maps of {shape[0]} by {shape[1]}" if len(shape) == 3 else f"{shape[0]}"


def _stack(x, shape, colour) -> tuple[str, float]:
    side = 14 + 66 * shape[0] / IMAGE_SHAPE[0]
    count = min(STACK, 1 + round(math.log2(shape[2])) // 2) if shape[2] > 1 else 1
    width = max(side + 4 * (count - 1), 52)
    left, top = x + (width - side - 4 * (count - 1)) / 2, TOP - side
    squares = [
        f'<rect x="{left + 4 * i:.1f}" y="{top - 4 * (count - 1 - i):.1f}" width="{side:.1f}"'
        f' height="{side:.1f}" rx="2" fill="{colour}" fill-opacity="0.28" stroke="{colour}"/>'
        for i in reversed(range(count))
    ]
    return "".join(squares), width


def _bar(x, shape, colour) -> tuple[str, float]:
    height, width = min(92.0, 12 + 8 * math.log2(shape[0] + 1)), 52
    return (
        f'<rect x="{x + width / 2 - 6:.1f}" y="{TOP - height:.1f}" width="12"'
        f' height="{height:.1f}" rx="2" fill="{colour}" fill-opacity="0.4" stroke="{colour}"/>'
    ), width


def _arrow(x) -> str:
    y = TOP - 20
    return f'<path d="M{x:.1f} {y}h12m-4 -4l4 4l-4 4" fill="none" stroke="{TEXT}"/>'


def _caption(x, word, shape) -> str:
    size = f"{shape[0]}×{shape[1]}×{shape[2]}" if len(shape) == 3 else f"{shape[0]:,}"
    return (
        f'<text x="{x:.1f}" y="{TOP + 20}" text-anchor="middle" fill="{TEXT}">{size}</text>'
        f'<text x="{x:.1f}" y="{TOP + 36}" text-anchor="middle" fill="{TEXT}"'
        f">{word}</text>"
    )
