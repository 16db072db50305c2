"""The process that computes beside the server: used in turns, replaced if it dies, gone if idle."""

import io
import os
import signal
import sys
import threading
import zipfile

import numpy as np
import psutil
import pytest

from mnist_core.models import store as model_store
from mnist_core.prediction import Classifier
from pages.ui.app.compute_process import ComputeProcess
from pages.ui.runs import actions


@pytest.fixture
def process():
    made = ComputeProcess()
    yield made
    made.close()


def kill_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def kill_itself_once(path):
    if not path.exists():
        path.touch()
        kill_itself()
    return "done"


def raise_error():
    raise model_store.ModelError("There is no model called 'x'.")


def test_the_answers_of_a_classifier_are_the_same_there(process):
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28), dtype=np.uint8)
    for name in model_store.SHIPPED:
        classifier = Classifier.load(name)
        there = process.call(classifier.probabilities, images)
        np.testing.assert_array_equal(there, classifier.probabilities(images))


def test_all_calls_are_computed_in_one_other_process_that_gives_way(process):
    pids = {process.call(os.getpid) for _ in range(3)}
    assert len(pids) == 1 and os.getpid() not in pids
    assert psutil.Process(*pids).nice() > psutil.Process().nice()


def test_an_error_there_is_raised_here(process):
    with pytest.raises(model_store.ModelError, match="There is no model called 'x'"):
        process.call(raise_error)


@pytest.mark.slow
def test_a_call_whose_process_is_killed_is_computed_by_another(process, tmp_path):
    before = process.call(os.getpid)
    assert process.call(kill_itself_once, tmp_path / "killed") == "done"
    assert process.call(os.getpid) != before


@pytest.mark.slow
def test_a_call_that_kills_every_process_is_said_to_lack_memory_and_the_next_is_computed(process):
    with pytest.raises(MemoryError, match="may lack memory"):
        process.call(kill_itself)
    assert process.call(abs, -1) == 1


def test_who_calls_without_end_keeps_nobody_waiting(process):
    called, enough = threading.Event(), threading.Event()

    def call_without_end():
        while not enough.is_set():
            process.call(abs, -1)
            called.set()

    endless = threading.Thread(target=call_without_end)
    endless.start()
    try:
        assert called.wait(60)
        assert [process.call(abs, -number) for number in range(5)] == list(range(5))
    finally:
        enough.set()
        endless.join(60)


@pytest.mark.slow
def test_a_file_for_keras_is_made_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)  # an import of it here would fail
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    content = actions.export_bytes("", model_store.find("classic"), "keras")
    assert "model.weights.h5" in zipfile.ZipFile(io.BytesIO(content)).namelist()


@pytest.mark.slow
def test_it_ends_when_it_is_idle_and_starts_again():
    process = ComputeProcess(idle_seconds=0.1)
    first = psutil.Process(process.call(os.getpid))
    first.wait(60)
    assert process.call(os.getpid) != first.pid
    process.close()
