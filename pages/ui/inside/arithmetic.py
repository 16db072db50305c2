"""The arithmetic of one value, written out with the real numbers."""

import html
from typing import Any

import numpy as np

from mnist_core.interpret import layer_arithmetic

HEAVIEST = 10  # contributions that are shown one by one
SMALL = 0.0005  # numbers below it are shown with a power of ten
STYLE = """
.sum { overflow-x: auto; font-variant-numeric: tabular-nums; line-height: 1.5; }
.sum p { margin: 0 0 .5rem; }
.sum sup { line-height: 0; }
.sum table { border-collapse: collapse; margin: 0 0 .6rem; }
.sum .grids { display: flex; flex-wrap: wrap; gap: .3rem .9rem; align-items: end; }
.sum .grids > div > span { font-size: .8rem; opacity: .75; }
.sum .grids td { font-size: .72rem; padding: .12rem .3rem; text-align: right;
  border: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.sum td.outside { opacity: .4; }
.sum td.plus { background: color-mix(in srgb, #ff8f0f 32%, transparent); }
.sum td.minus { background: color-mix(in srgb, #2f86e0 32%, transparent); }
.sum .steps-of td { padding: .08rem .8rem .08rem 0; }
.sum .steps-of td:last-child { text-align: right; padding-right: 0; }
.sum .steps-of tr.result td { border-top: 1.5px solid currentColor; font-weight: 600; }
"""


class NumberFormat:
    """Numbers as HTML: rounded, or with all the digits that they have."""

    def __init__(self, all_digits: bool):
        self.all_digits = all_digits

    def number(self, value: float) -> str:
        """One number."""
        return all_digits_text(value) if self.all_digits else rounded_text(value)

    def grid_cell(self, value: float, css_class: str = "") -> str:
        """A cell of a grid, with two decimals; its title has all digits."""
        text = all_digits_text(value) if self.all_digits else f"{value:.2f}" if value else "0"
        return f'<td class="{css_class}" title="{all_digits_text(value)}">{text}</td>'

    def row(self, label: str, value: float, css_class: str = "") -> str:
        """A line of a sum; the value's title has all digits."""
        cells = f'<td>{label}</td><td title="{all_digits_text(value)}">{self.number(value)}</td>'
        return f'<tr class="{css_class}">{cells}</tr>'


def all_digits_text(value: float) -> str:
    """All the digits of a number as float32, no more."""
    return np.format_float_positional(np.float32(value) + 0, unique=True, trim="-")


def rounded_text(value: float) -> str:
    """Four decimals; of a smaller number its first two digits, as in 2.7·10⁻⁹, as HTML."""
    if value == 0 or abs(value) >= SMALL or not np.isfinite(value):
        return f"{value + 0.0:.4f}"  # never -0.0000
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10<sup>{int(power)}</sup>".replace("sup>-", "sup>\u2212")


def to_html(parts: list[tuple[str, Any]], input_map: int, all_digits: bool) -> str:
    """The arithmetic of one value.

    Args:
        parts: one for each layer that it goes through: a sentence before it, as HTML, and what
            `layer_arithmetic.explain_value` returned.
        input_map: the map before a convolution whose patch is shown.
    """
    fmt, sums = NumberFormat(all_digits), ""
    for words, explained in parts:
        sums += f"<p>{words}</p>" if words else ""
        sums += _WRITERS[type(explained)](explained, input_map, fmt)
    return f'<div class="sum">{sums}</div>'


def heaviest_map(convolution: layer_arithmetic.Convolution) -> int:
    """The map before a convolution that counts most for this value."""
    return int(np.abs(convolution.products.sum(axis=(0, 1))).argmax())


def _convolution(convolution, input_map, fmt) -> str:
    products = convolution.products
    patch, kernel = convolution.inputs[..., input_map], convolution.weights[..., input_map]
    grids = (
        _grid("the patch", patch, fmt, outside=convolution.padding_mask)
        + _grid("× the filter", kernel, fmt)
        + _grid("= products", products[..., input_map], fmt, signs=True)
    )
    rows = _map_rows(products.sum(axis=(0, 1)), input_map, fmt)
    return f'<div class="grids">{grids}</div>{_weighted_sum(rows, convolution, fmt)}'


def _map_rows(sums, input_map, fmt) -> str:
    """The sums of the maps' products: the heaviest and the chosen one by one, the rest in one."""
    if len(sums) == 1:
        return fmt.row("all products", sums.sum())
    order = np.argsort(-np.abs(sums), kind="stable").tolist()
    shown = sorted({input_map, *order[:HEAVIEST]}, key=order.index)
    rows = ""
    for number in shown:
        mark = " (above)" if number == input_map else ""
        rows += fmt.row(f"products of map {number}{mark}", sums[number])
    rest = len(sums) - len(shown)
    if rest:
        rows += fmt.row(f"the other {rest} maps", sums.sum() - sums[np.array(shown)].sum())
    return rows


def _weighted_sum(rows, explained, fmt) -> str:
    """The end of every weighted sum: the bias, the sum, the activation."""
    rows += fmt.row("bias", explained.bias)
    rows += fmt.row("sum", explained.sum, "total")
    if explained.activation != "linear":
        rows += fmt.row(f"{explained.activation}(sum)", explained.result, "total")
    return _table(rows)


def _dense(dense, _, fmt) -> str:
    products, order = dense.products, dense.largest_products(HEAVIEST)
    rows = "".join(
        fmt.row(
            f"value {i}: {fmt.number(dense.inputs[i])} × {fmt.number(dense.weights[i])}",
            products[i],
        )
        for i in order
    )
    rest = len(products) - len(order)
    if rest:
        rows += fmt.row(f"the other {rest:,} products", products.sum() - products[order].sum())
    return "<p>Its largest contributions:</p>" + _weighted_sum(rows, dense, fmt)


def _pooling(pooling, _, fmt) -> str:
    grid = _grid("the square", pooling.patch, fmt, marked=pooling.argmax)
    total = fmt.row("the largest", pooling.result, "total")
    return f'<div class="grids">{grid}</div>{_table(total)}'


def _average(average, _, fmt) -> str:
    count = average.values.size
    rows = fmt.row(f"sum of the map's {count} values", average.values.sum(dtype=float))
    return _table(rows + fmt.row(f"divided by {count}", average.result, "total"))


def _normalization(normalization, _, fmt) -> str:
    deviation = float(np.sqrt(normalization.variance + normalization.epsilon))
    normalized = (normalization.value - normalization.mean) / deviation
    rows = fmt.row("value", normalization.value)
    rows += fmt.row("minus the map's mean in training", normalization.mean)
    variance = fmt.number(normalization.variance)
    rows += fmt.row(f"divided by √(variance {variance} + 0.001)", deviation)
    rows += fmt.row("gives", normalized, "total")
    rows += fmt.row("times gamma", normalization.gamma)
    rows += fmt.row("plus beta", normalization.beta)
    return _table(rows + fmt.row("gives", normalization.result, "total"))


def _activation(activation, _, fmt) -> str:
    rows = fmt.row("value", activation.value)
    return _table(rows + fmt.row(f"{activation.activation}(value)", activation.result, "total"))


def _pass_through(explained, _, fmt) -> str:
    if len(explained.source) == 3:
        row, column, number = explained.source
        label = f"passed on from map {number}, row {row}, column {column}"
    else:
        label = f"passed on from value {explained.source[0]}"
    return _table(fmt.row(label, explained.result, "total"))


def _softmax(softmax, _, fmt) -> str:
    largest, rows = fmt.number(float(softmax.logits.max())), ""
    for digit, logit in enumerate(softmax.logits):
        label = f"{digit}: exp({fmt.number(logit)} − {largest})"
        label = f"<b>{label}</b>" if digit == softmax.digit else label
        rows += fmt.row(label, softmax.exponentials[digit])
    rows += fmt.row("sum of all ten", softmax.exponentials.sum(), "total")
    label = f"{fmt.number(softmax.exponentials[softmax.digit])} ÷ the sum"
    return _table(rows + fmt.row(label, softmax.result, "total"))


def _table(rows) -> str:
    return f'<table class="steps-of">{rows}</table>'


def _grid(label, values, fmt, signs=False, outside=None, marked=None) -> str:
    """A table of values (rows, columns), coloured by sign, or with one of them marked."""
    rows = ""
    for i, row in enumerate(values):
        cells = ""
        for j, value in enumerate(row):
            css_class = "outside" if outside is not None and outside[i, j] else ""
            if (signs and value) or marked == (i, j):
                css_class = "plus" if value > 0 or marked else "minus"
            cells += fmt.grid_cell(value, css_class)
        rows += f"<tr>{cells}</tr>"
    return f"<div><span>{html.escape(label)}</span><table>{rows}</table></div>"


_WRITERS = {
    layer_arithmetic.Convolution: _convolution,
    layer_arithmetic.Dense: _dense,
    layer_arithmetic.Pooling: _pooling,
    layer_arithmetic.Average: _average,
    layer_arithmetic.Normalization: _normalization,
    layer_arithmetic.Activation: _activation,
    layer_arithmetic.PassThrough: _pass_through,
    layer_arithmetic.Softmax: _softmax,
}
