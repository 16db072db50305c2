"""Images side by side, as HTML: sharp pixels, a caption under each, as many in a row as fit."""

import html
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st

from pages.ui.app.style import beside
from pages.ui.widgets import answer, clickable

STYLE = """
.gallery { display: grid; gap: .9rem .6rem; justify-content: start;
  grid-template-columns: repeat(auto-fill, minmax(5rem, 1fr)); }
.gallery figure { margin: 0; min-width: 0; }
.gallery img, .columns img { width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  background: #000; border-radius: 5px; display: block; }
.gallery figcaption { font-size: .8rem; line-height: 1.3; margin-top: .25rem;
  font-variant-numeric: tabular-nums; }
.gallery figcaption span { opacity: .75; }
.columns { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: .5rem;
  max-width: 62rem; }
.columns > div { display: flex; flex-direction: column; gap: .5rem; text-align: center; }
.ten { grid-template-columns: repeat(10, minmax(0, 1fr)); }
.few { grid-template-columns: repeat(auto-fill, minmax(9rem, 14rem)); gap: 1.2rem; }
.wide { grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); }
.eight { grid-template-columns: repeat(8, minmax(0, 1fr)); gap: .4rem; }
.gallery [data-click] { cursor: pointer; }
.gallery [data-click]:is(:hover, :focus-visible) { outline: 2px solid #2f86e0; }
@media (max-width: 640px) {
  .columns, .columns > div { gap: .2rem; }
  .columns img { border-radius: 2px; }
  .ten { grid-template-columns: repeat(5, minmax(0, 1fr)); }
}
"""


class Tile(NamedTuple):
    """One picture of a gallery."""

    image: np.ndarray  # uint8 (h, w)
    alt: str
    title: str = ""  # what it is, in short
    detail: str = ""  # after the title
    note: str = ""  # on a line of its own


def style() -> None:
    """What the galleries of a page need, once."""
    beside(STYLE)


def show(
    tiles: list[Tile],
    kind: str = "",
    key: str = "",
    on_click: Callable[[int], None] = lambda number: None,
) -> int | None:
    """The pictures in rows that wrap; which one has just been clicked, from 0, if they can be.

    Args:
        kind: "wide" with room for more words, "few" for large ones, "ten" or "eight" for so many
            in a row.
        key: of the widget; without one, they are only to look at.
        on_click: called with the number of the clicked one before the rerun that this brings.
    """
    figures = "".join(_figure(tile, i if key else None) for i, tile in enumerate(tiles))
    body = f'<div class="gallery {kind}">{figures}</div>'
    if not key:
        st.html(body)
        return None
    click = clickable.show(body, key, lambda click: on_click(int(click.part)))
    return int(click.part) if click else None


def columns(heads: list[str], tiles: list[list[Tile]]) -> None:
    """Ten columns of pictures under a word each, on any screen."""
    cells = (
        f"<div><b>{html.escape(head)}</b>{''.join(map(_picture, column))}</div>"
        for head, column in zip(heads, tiles, strict=True)
    )
    st.html(f'<div class="columns">{"".join(cells)}</div>')


def _figure(tile, number: int | None) -> str:
    title, detail = html.escape(tile.title), html.escape(tile.detail)
    note = f"<br>{html.escape(tile.note)}" if tile.note else ""
    caption = f"<figcaption><b>{title}</b> <span>{detail}</span>{note}</figcaption>"
    return f"<figure>{_picture(tile, number)}{caption if title else ''}</figure>"


def _picture(tile, number: int | None = None) -> str:
    click = "" if number is None else f' data-click="{number}"'
    return f'<img{click} alt="{html.escape(tile.alt)}" src="{answer.data_url(tile.image)}">'
