"""Runs side by side as tables: how they did, with the key to the figures, and what differs."""

import base64
import html

import streamlit as st

from mnist_core.config import labels
from mnist_core.evaluation.comparison import ComparedRun, differences, short_names
from mnist_core.evaluation.metrics import wilson_interval
from mnist_core.plots.comparison import run_style
from pages.ui.runs.listing import RunEntry
from pages.ui.state.run_follower import RunFollower
from pages.ui.widgets import run_status

STYLE = """<style>
.beside { overflow-x: auto; }
.beside table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
.beside th, .beside td { text-align: left; padding: .3rem .9rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid rgba(128, 128, 128, .22); min-width: 4.5rem; }
.beside th { font-weight: 600; }
.beside th[scope=row] { min-width: 8rem; }
.beside .two td, .beside .two th { height: 3.1rem; }
.beside img { width: 34px; height: 14px; vertical-align: -1px; margin-right: .4rem; }
.beside small { opacity: .75; white-space: nowrap; font-size: .8rem; }
</style>"""
SHAPES = {
    "circle": '<circle cx="17" cy="7" r="5"/>',
    "square": '<rect x="12.5" y="2.5" width="9" height="9"/>',
    "diamond": '<path d="M17 1l6 6-6 6-6-6z"/>',
    "triangle-up": '<path d="M17 1.5l6 10.5H11z"/>',
    "triangle-down": '<path d="M17 12.5l6-10.5H11z"/>',
    "cross": '<path d="M15 2h4v3h3v4h-3v3h-4V9h-3V5h3z"/>',
}


def results(compared: list[ComparedRun], entries: list[RunEntry], stories: list[RunFollower]) -> None:
    """A row per run: its key, where it stands, and its figures so far."""
    heads = ("Run", "State", "Test accuracy", "Validation", "Parameters", "Time taken")
    rows = []
    for number, (one, entry, story) in enumerate(zip(compared, entries, stories, strict=True)):
        checked = story.last("epoch").get("val_accuracy")
        figures = [
            _state(entry, story),
            _accuracy(one.test),
            labels.MISSING if checked is None else f"{checked:.2%}",
            f"{one.parameters:,}" if one.parameters else labels.MISSING,
            run_status.format_duration(one.seconds) if one.seconds else labels.MISSING,
        ]
        rows.append((_key(number, one.name), figures))
    _table(heads, rows, kind="two")  # lines high from the start, so that nothing moves later


def what_differs(compared: list[ComparedRun]) -> None:
    """A row per field in which the experiments differ, and no other."""
    known = [(i, one) for i, one in enumerate(compared) if one.experiment]
    found = differences([one.experiment for _, one in known])
    for one in compared:
        if not one.experiment:
            st.caption(f"What {one.name} was asked can't be read, so it is left out here.")
    if not found:
        st.caption("Nothing: the same was asked of them.")
        return
    shorts = short_names([one.name for one in compared])
    heads = ["", *(_key(number, shorts[number]) for number, _ in known)]
    rows = [
        (_field(path), [html.escape(labels.format_value(path, value)) for value in row])
        for path, row in found.items()
    ]
    _table(heads, rows)
    if any(value is None for row in found.values() for value in row):
        st.caption(f"{labels.MISSING}: its network has no such layer.")


def _state(entry, story) -> str:
    words, start = entry.status_text(), story.last("start")
    if entry.has_ended() or entry.state != "training" or not start:
        return words
    epoch = max(start["first_epoch"], story.last("steps").get("epoch", 1))
    return (
        f"{words}<br><small>epoch {epoch} of {start['first_epoch'] - 1 + start['epochs']}</small>"
    )


def _accuracy(test) -> str:
    if not test:
        return labels.MISSING
    low, high = wilson_interval(round(test["accuracy"] * test["images"]), test["images"])
    return f"{test['accuracy']:.2%}<br><small>{low:.2%} to {high:.2%}</small>"


def _field(path) -> str:
    about = labels.field_info(path)
    unit = f" ({about['unit']})" if about.get("unit") and not about.get("choices") else ""
    meaning = html.escape(about["help"], quote=True)
    return f'<span title="{meaning}">{html.escape(labels.path_label(path))}{unit}</span>'


def _key(number, name) -> str:
    """A run's name behind a piece of its line."""
    looks = run_style(number)
    dash = ' stroke-dasharray="5 4"' if looks.dash == "dash" else ""
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 34 14" fill="{looks.colour}">'
        f'<path d="M0 7h34" stroke="{looks.colour}" stroke-width="2.5"{dash}/>'
        f"{SHAPES[looks.symbol]}</svg>"
    )
    picture = base64.b64encode(drawn.encode()).decode()
    return f'<img alt="" src="data:image/svg+xml;base64,{picture}">{html.escape(name)}'


def _table(heads, rows, kind="") -> None:
    top = "".join(f'<th scope="col">{head}</th>' for head in heads)
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for _, row in rows]
    body = "".join(
        f'<tr class="{kind}"><th scope="row">{head}</th>{row}</tr>'
        for (head, _), row in zip(rows, cells, strict=True)
    )
    st.html(f'{STYLE}<div class="beside"><table><tr>{top}</tr>{body}</table></div>')
