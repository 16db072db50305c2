"""Wherever a page shows the name of a run or a file as Markdown, it is escaped.

So a new place that shows one can't forget it: the pages are looked through for a name that would
be a link. Only what is Markdown is looked at: lists, fields and charts show names as text. How a
browser shows what is escaped, and errors, is in `test_texts_in_browser.py`.
"""

import dataclasses
import json
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
import streamlit as st
from app_pages import ONE, open_page
from google.protobuf.message import Message
from kept_models import SMALL, keep, make_card

from mnist_core.config.schema import Recipe
from pages.ui.app import background_jobs, errors

NAME = "www.evil.example"
OTHER, DAMAGED = f"1. {NAME}", f"2. {NAME}"
FIELDS = {"body", "label", "help", "text", "title"}  # of elements, that are Markdown
VISITS = {  # a page's address: in how many places, at least, it shows a name
    "draw?model={0}": 0,
    "draw?model=nobody": 1,
    "inside?model={0}&view=Look-alikes": 2,
    "train": 2,
    "evaluate?model={0}&beside={1}": 9,
    "evaluate?model={0}&true=3&read=3": 5,
    "data?mistakes=true&by={0}": 3,
    "runs?run={0}": 2,
    "runs?run={1}": 2,
    "runs?run={2}": 2,
    "runs?compare={0}&compare={1}": 4,
    "runs?compare={0}&compare={2}": 3,
}


def markdown_of(message: Message) -> list[str]:
    """The Markdown in an element's message."""
    found = []
    for field, value in message.ListFields():
        if isinstance(value, Message):
            found += markdown_of(value)
        elif field.name in FIELDS and isinstance(value, str):
            found.append(value)
    return found


def shown(app) -> list[str]:
    """All Markdown on the page; the heads and cells of tables, too."""
    nodes = [node for node in app._tree if node.type != "html"]
    protos = [node.proto for node in nodes if isinstance(getattr(node, "proto", None), Message)]
    texts = [text for proto in protos for text in markdown_of(proto)]
    for table in app.table:
        texts += [*map(str, table.value.columns), *map(str, table.value.values.flat)]
    return texts


@pytest.fixture
def waited_for(monkeypatch):
    """The Markdown over progress bars, which are gone once a page is there."""
    texts, wait_for = [], background_jobs.wait_for

    def note(job, *markdown):
        texts.extend(markdown)
        return wait_for(job, *markdown)

    monkeypatch.setattr(background_jobs, "wait_for", note)
    return texts


@pytest.fixture
def runs(nothing_trains, loaded_models, drawn, clicks):
    """Two runs with a model and a damaged one; all that their files say names a link."""
    drawn.append(ONE)
    damaged = keep(DAMAGED).folder
    (damaged / "experiment.json").write_text(json.dumps({"data": NAME}))
    (damaged / "card.json").write_text(json.dumps({"looks": NAME}))
    experiment = dataclasses.replace(SMALL, recipe=Recipe(validation="none"), data="built-in")
    sweep = {"id": "1", "field": NAME, "from": NAME}
    for name, parent in ((OTHER, {"id": "1", "name": NAME}), (NAME, NAME)):
        run = keep(name)
        run.set_status("finished", NAME, sweep=sweep, continues=parent)
        (run.folder / "experiment.json").write_text(experiment.to_json())
        (run.folder / "card.json").write_text(json.dumps(make_card(NAME, experiment)))


def assert_escaped(texts, places):
    assert [text for text in texts if NAME in text] == []
    assert sum(NAME in text.replace(errors.DIVIDER, "") for text in texts) >= places


@pytest.mark.parametrize("visit, places", VISITS.items())
def test_no_page_shows_a_run_as_a_link(visit, places, runs, waited_for):
    page, _, query = visit.format(NAME, OTHER, DAMAGED).partition("?")
    assert_escaped(shown(open_page(page, parse_qs(query))) + waited_for, places)


def test_no_page_shows_a_file_as_a_link(runs, waited_for, monkeypatch):
    line = json.dumps({"label": 1, "writer": NAME, "strokes": [[[0, 0], [0, 9]]]}).encode()
    file = SimpleNamespace(name=NAME, getvalue=lambda: line)
    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: file)
    app = open_page("evaluate", {"exam": "A stroke file", "model": "reader"})
    assert_escaped(shown(app) + waited_for, 2)
