"""Fill a run's folder: train what it asks for, in this process, and keep what comes of it."""

import contextlib
import logging
import time

from mnist_core import curves, faults, settings, weights_file
from mnist_core.event_files import EventFiles
from mnist_core.run import Run

log = logging.getLogger(__name__)

RESERVE = ".part-reserve"  # gives its room to the last word on a run whose disk is full
RESERVED_BYTES = 1 << 16


def train_run(run: Run) -> None:
    """Train a run in this process, from its experiment.json to its card.json.

    Whatever goes wrong becomes the run's status; the traceback is in its worker.log.
    """
    reserve = run.folder / RESERVE
    try:
        reserve.write_bytes(bytes(RESERVED_BYTES))
        _train(run)
    except Exception as fault:
        log.error("Run %s failed.", run, exc_info=True)
        reserve.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            run.set_status("failed", _sentence(fault, run.has_model()))
    finally:
        reserve.unlink(missing_ok=True)


def _sentence(fault: Exception, has_model: bool) -> str:
    if isinstance(fault, ValueError | OSError | MemoryError) or "OOM" in str(fault):
        kept = " The weights of its last full epoch are kept." if has_model else ""
        return faults.words(fault) + kept
    return f"{type(fault).__name__} while training; worker.log in the run's folder says more."


def _train(run: Run) -> None:
    from mnist_core import data

    experiment = run.experiment()
    dataset = data.load(experiment.data)
    with EventFiles(run.folder, experiment) as event_files:
        _fill(run, experiment, dataset, event_files)
    if event_files.fault:
        log.warning(event_files.fault)


def _fill(run: Run, experiment, dataset, event_files: EventFiles) -> None:
    from mnist_core import models, training

    model, done = _to_go_on_with(run, experiment, training)
    inherited = run.events()[0]  # of the run it continues
    for event in inherited:
        event_files.take(event)
    earlier = [e for e in inherited if e["kind"] == "epoch"]
    earlier = [{k: v for k, v in e.items() if k not in ("kind", "time")} for e in earlier]
    began = time.monotonic()

    def keep(model, epochs, test=None, state="training"):
        figures = test and {**test, "images": len(dataset.test.labels)}
        seconds = time.monotonic() - began
        card = models.make_card(
            run.name, experiment, dataset, earlier + epochs, figures, seconds, state
        )
        models.save(run.folder, model, card)

    def on_event(event):
        if event["kind"] == "status":
            run.set_status(event["state"])
        else:
            run.append(event)
            event_files.take(event)

    watch = _Watch(run)
    result = training.train(
        experiment, dataset, on_event, watch.should_stop, keep, model=model, done=done
    )
    if result.outcome != "failed":
        test = {"loss": result.test_loss, "accuracy": result.test_accuracy}
        keep(result.model, result.epochs, test, result.outcome)
    sentence = " ".join(filter(None, [result.sentence, watch.why()]))
    run.set_status(result.outcome, sentence, seconds=result.seconds)


class _Watch:
    """Says when a run should end: somebody asked for it, or it has had its time."""

    def __init__(self, run: Run):
        self.run, self.minutes = run, settings.MINUTES.value()
        self.began, self.is_over = time.monotonic(), False

    def should_stop(self) -> bool:
        self.is_over = bool(self.minutes) and time.monotonic() - self.began > 60 * self.minutes
        return self.is_over or self.run.is_asked_to_stop()

    def why(self) -> str:
        if not self.is_over:
            return ""
        had = "a minute" if self.minutes == 1 else f"{self.minutes} minutes"
        return f"It had {had}, as every run here. Continue goes on from here."


def _to_go_on_with(run: Run, experiment, training):
    """(model, done) of a run that continues another; (None, nothing done) otherwise."""
    events = run.events()[0]
    if not run.status().get("continues"):
        return None, training.Done()
    model = training.compiled(experiment)
    weights_file.load_into(model, run.folder / "model.keras")
    epochs = max((e["epoch"] for e in events if e["kind"] == "epoch"), default=0)
    return model, training.Done(epochs, curves.last_step(events))
