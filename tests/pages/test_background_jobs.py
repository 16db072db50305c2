"""Results of background jobs: shared by visits, kept as long as one of them and room last."""

import gc
import threading
import tracemalloc
import weakref

import numpy as np
import pytest
import streamlit as st
from app_pages import open_page, texts
from streamlit.runtime.caching import clear_session_resource_cache

from mnist_core.data.types import Digits
from mnist_core.evaluation import cached_predictions, labelled_sets
from pages.ui.app import background_jobs, errors
from pages.ui.app.background_jobs import JobPool, Visit
from pages.ui.evaluate import set_choice

DRAWINGS = 10_000
DRAWINGS_BYTES = DRAWINGS * 28 * 28
SESSION = "test session id"  # of every AppTest
LINE = b'{"label": 7, "strokes": [[[84, 60], [196, 60], [125, 230]]]}\n'


def megabyte(job):
    return np.ones(1 << 20, np.uint8)


@pytest.fixture
def upload(only_small_set, monkeypatch):
    """A function that gives an open Evaluate page a file of 10,000 drawings."""

    def render(drawings, seed, on_progress, call):
        images = np.zeros((DRAWINGS, 28, 28), np.uint8)
        images[:, 0, 0] = len(drawings)  # another test for each file
        return Digits(images, np.full(DRAWINGS, 7, np.uint8))

    class Sevens:
        def probabilities(self, images):
            return np.eye(10, dtype=np.float32)[np.full(len(images), 7)]

    class UploadedFile:
        def __init__(self, count):
            self.name, self.getvalue = f"{count}.jsonl", lambda: count * LINE

    def give(app, count):
        monkeypatch.setattr(st, "file_uploader", lambda *_, **__: UploadedFile(count))
        name = errors.escape(f"{count}.jsonl")
        assert f"Tested on the 10,000 drawings of {name}." in texts(app.run())

    background_jobs.job_pool.clear()
    monkeypatch.setattr(labelled_sets, "render_drawings", render)
    monkeypatch.setattr(cached_predictions.Classifier, "load", lambda name: Sevens())
    yield give
    background_jobs.job_pool.clear()


@pytest.mark.slow
def test_eleven_uploads_stay_within_their_limit_and_go_with_the_visit(upload):
    app = open_page("evaluate", {"model": "classic", "exam": set_choice.STROKE_FILE})
    upload(app, 1)  # what is loaded once
    tracemalloc.start()
    try:
        for count in range(2, 13):
            upload(app, count)
        during, _ = tracemalloc.get_traced_memory()
        assert DRAWINGS_BYTES < during < background_jobs.MAX_BYTES + 2 * DRAWINGS_BYTES
        clear_session_resource_cache(SESSION)  # as Streamlit does when a tab is closed
        del app
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < DRAWINGS_BYTES
    finally:
        tracemalloc.stop()


def test_two_visits_share_a_job_and_its_result_goes_with_the_last_of_them():
    pool, first, second = JobPool(), Visit(), Visit()
    result = weakref.ref(pool.start(first, "key", megabyte).result())
    assert pool.start(second, "key", pytest.fail).result() is result()
    del first
    assert result() is not None
    del second
    assert result() is None and pool.get("key") is None


def test_a_running_job_is_found_although_the_visit_that_asked_for_it_has_ended():
    pool, visit, may_end = JobPool(), Visit(), threading.Event()
    pool.start(visit, "key", lambda job: may_end.wait(60))
    del visit
    job = pool.get("key")
    may_end.set()
    assert job.result() is True


def test_the_results_asked_for_longest_ago_make_room():
    pool, visit = JobPool(max_bytes=5 << 19), Visit()  # 2.5 MB
    for key in "abac":
        pool.start(visit, key, megabyte).result()
    assert [key for key in "abc" if pool.get(key)] == ["a", "c"]


def test_the_last_result_is_kept_although_it_is_larger_than_the_limit():
    pool, visit = JobPool(max_bytes=1), Visit()
    for key in ("before", "last"):
        pool.start(visit, key, megabyte).result()
    assert [key for key in ("before", "last") if pool.get(key)] == ["last"]


def test_an_error_is_kept_as_its_sentence_without_what_the_job_worked_on():
    pool, visit, held = JobPool(), Visit(), []

    def fail(job):
        array = megabyte(job)
        held.append(weakref.ref(array))
        raise ValueError("No such digit.")

    for _ in range(2):
        with pytest.raises(ValueError, match=r"No such digit\."):
            pool.start(visit, "key", fail).result()
    assert [reference() for reference in held] == [None]


def test_a_job_that_reports_says_how_long_it_will_take_yet(monkeypatch):
    clock, ready, go_on = iter([100.0, 103.0]), threading.Event(), threading.Event()

    def call(job):
        job.report(0, 8)
        ready.set()
        go_on.wait()

    monkeypatch.setattr(background_jobs.time, "monotonic", lambda: next(clock))
    job = JobPool().start(Visit(), "key", call)
    ready.wait()
    assert job.seconds_left() is None
    job.report(2, 8)
    assert job.seconds_left() == 9.0
    go_on.set()
    job.result()
