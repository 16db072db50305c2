"""The same story for TensorBoard: event files beside a run's events.jsonl.

    training/      step/loss, step/accuracy, epoch/loss, ..., learning_rate, what was asked
    validation/    epoch/loss, epoch/accuracy
    test/          epoch/loss, epoch/accuracy: one point, at the last step

Three folders, because TensorBoard takes each for a run of its own and lays over each other what
has the same name in them. Losing these files costs no run its training.
"""

import time
from pathlib import Path

from mnist_core.config.schema import Experiment
from mnist_core.runs import history

FIGURES = ("loss", "accuracy")


class TensorBoardWriter:
    """Writes a run's events into its folder as they come, for `tensorboard --logdir`.

    What goes wrong (a full disk, a folder that is gone) ends the writing, never the run; `fault`
    then says what it was. Whatever has been written can be read, also after a crash.
    """

    def __init__(self, folder: Path, experiment: Experiment):
        self.folder, self.error = folder, ""
        self._asked, self._step, self._files = experiment.to_json(), 0, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for file in self._files.values():
            self._try(file.close)

    def write_event(self, event: dict) -> None:
        """Write the figures of an event; one of a kind that has none is left out."""
        write = {"start": self._start, "steps": self._steps, "epoch": self._epoch}
        write = (write | {"test": self._test}).get(event["kind"])
        if write:
            self._try(write, event)

    def _try(self, call, *arguments) -> None:
        if self.error:
            return
        try:
            call(*arguments)
        except Exception as fault:  # TensorFlow has its own errors for a full disk
            why = f"{type(fault).__name__}: {fault}"
            self.error = f"The event files for TensorBoard end here. {why}"

    def _start(self, event) -> None:
        from tensorboard.plugins.text.summary_v2 import text_pb

        if self._asked:  # once: a continued run tells of its parent's start too
            asked = text_pb("experiment", f"```json\n{self._asked}\n```")
            self._write("training", event, [(event["first_step"] - 1, asked)])
            self._asked = ""

    def _steps(self, event) -> None:
        found = zip(history.point_steps(event), event["loss"], event["accuracy"], strict=True)
        points = [(at, {"loss": loss, "accuracy": accuracy}) for at, loss, accuracy in found]
        self._write("training", event, [(at, _summary("step", both)) for at, both in points])

    def _epoch(self, event) -> None:
        step, rate = event["step"], event.get("learning_rate")
        own = _summary("epoch", {name: event[name] for name in FIGURES})
        if rate is not None:
            own.value.add(tag="learning_rate", simple_value=rate)
        self._write("training", event, [(step, own)])
        if "val_loss" in event:
            checked = _summary("epoch", {name: event[f"val_{name}"] for name in FIGURES})
            self._write("validation", event, [(step, checked)])

    def _test(self, event) -> None:
        figures = {name: event[name] for name in FIGURES}
        self._write("test", event, [(self._step, _summary("epoch", figures))])

    def _write(self, part, event, points) -> None:
        """Put (step, summary) pairs into one part's file, and on the disk."""
        from tensorboard.compat.proto.event_pb2 import Event

        when = event.get("time") or time.time()
        file = self._files.get(part) or self._open(part, when)
        for step, summary in points:
            self._step = max(self._step, step)
            file.write(Event(wall_time=when, step=step, summary=summary).SerializeToString())
        file.flush()

    def _open(self, part, when):
        import tensorflow as tf
        from tensorboard.compat.proto.event_pb2 import Event

        place = self.folder / part
        place.mkdir(exist_ok=True)  # not its parents: a run that was deleted stays so
        file = tf.io.TFRecordWriter(str(place / f"events.out.tfevents.{int(when)}.run"))
        file.write(Event(wall_time=when, file_version="brain.Event:2").SerializeToString())
        self._files[part] = file
        return file


def _summary(group, figures):
    from tensorboard.compat.proto.summary_pb2 import Summary

    pairs = [(f"{group}/{name}", value) for name, value in figures.items()]
    return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in pairs])
