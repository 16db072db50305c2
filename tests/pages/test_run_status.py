"""Numbers and waits of runs in words, as all pages write them."""

import json
import time

import pytest

from mnist_core.presets import PRESETS
from mnist_core.runs import store as run_store
from mnist_core.scheduler import scheduler
from pages.ui.evaluate import report
from pages.ui.widgets import duration, queue, run_status

TINY = PRESETS["tiny"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"), (12.4, "12 s"), (59.6, "1 min"), (94, "1 min 34 s"), (599.4, "9 min 59 s"),
        (1500, "25 min"), (3580, "1 h"), (7500, "2 h 5 min"),
    ],
)  # fmt: skip
def test_a_duration_is_no_finer_than_anyone_needs(seconds, text):
    assert run_status.format_duration(seconds) == text


def test_a_share_is_written_in_percent_with_a_space():
    assert run_status.format_percent(0.99043) == "99.04 %"
    assert run_status.format_figure(0.9, ".1%") == "90.0 %"


@pytest.mark.parametrize(
    ("p_value", "share"),
    [(0.3, " in 30 of 100 "), (1e-4, " in about 1 of 10,000 "), (1e-9, " in fewer than 1 of a m")],
)
def test_luck_is_said_in_a_sentence_that_can_be_read(monkeypatch, p_value, share):
    said = []
    monkeypatch.setattr(report.metrics, "mcnemar", lambda *_: p_value)
    monkeypatch.setattr(report.st, "markdown", said.append)
    report.comparison_text(FakeResult("a"), FakeResult("b"))
    assert f"would differ as much{share}" in said[0]


class FakeResult:
    """A model that misreads one image of two."""

    def __init__(self, name):
        import numpy as np

        self.name, self.misread = name, np.array([True, False])


def test_the_estimate_learns_from_a_run_as_soon_as_it_has_ended(home):
    before = duration.run_seconds(TINY)
    run = run_store.create(TINY, "slow")
    epoch = {"epoch": 1, "step": 1, "loss": 1, "accuracy": 0, "seconds": 1000.0}
    (run.folder / "model.keras").write_bytes(b"weights")
    (run.folder / "card.json").write_text(json.dumps({"curves": [epoch]}))
    run.set_status("finished")
    assert duration.run_seconds(TINY) > 30 * 1000 > before


@pytest.fixture
def one_at_a_time(home, monkeypatch):
    monkeypatch.setattr(scheduler, "expected_concurrent_runs", lambda: 1)
    monkeypatch.setattr(duration, "run_seconds", lambda experiment: 100.0)


def test_a_waiting_run_says_when_those_before_it_will_have_ended(one_at_a_time):
    active, second, third = (run_store.create(TINY, name) for name in ("a", "b", "c"))
    active.set_status("training", started=time.time() - 30)
    assert duration.seconds_until_start(second) == pytest.approx(70, abs=5)
    assert duration.seconds_until_start(third) == pytest.approx(170, abs=5)
    assert "Next in the queue. It starts by itself" in queue.waiting_text(second)
    assert " In about 1 min " in queue.waiting_text(second)


def test_a_run_that_nothing_trains_before_begins_at_once(one_at_a_time):
    assert duration.seconds_until_start(run_store.create(TINY, "a")) == 0
