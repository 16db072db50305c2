"""A run's events for TensorBoard: event files beside its events.jsonl.

    training/      step/loss, step/accuracy, epoch/loss, ..., learning_rate, the experiment as text
    validation/    epoch/loss, epoch/accuracy
    test/          epoch/loss, epoch/accuracy: one point, at the last step

Three folders, because TensorBoard takes each for a run of its own and draws what has the same tag
in them into one chart. Losing these files costs no run its training.

Written with TensorFlow's record writer, not with `tensorboard.summary.Writer`: that has no text,
takes twelve times as long, and meets a full disk in a thread of its own
"""

import time

from mnist_core.config.schema import Experiment
from mnist_core.runs import history
from mnist_core.runs.run import Run


class TensorBoardWriter:
    """Writes a run's events into its folder as they come, for `tensorboard --logdir`.

    An error (a full disk, a folder that is gone) ends the writing, never the run; `error` then
    says what it was. Whatever has been written can be read, also after a crash.
    """

    def __init__(self, run: Run, experiment: Experiment):
        self.run, self.error = run, ""
        self._experiment, self._last_step, self._files = experiment.to_json(), 0, {}

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
        except Exception as error:  # TensorFlow has its own errors for a full disk
            reason = f"{type(error).__name__}: {error}"
            self.error = f"The event files for TensorBoard end here. {reason}"

    def _start(self, event) -> None:
        from tensorboard.plugins.text.summary_v2 import text_pb

        if self._experiment:  # once: a continued run has its parent's start too
            text = text_pb("experiment", f"```json\n{self._experiment}\n```")
            self._write("training", event, [(event["first_step"] - 1, text)])
            self._experiment = ""

    def _steps(self, event) -> None:
        points = zip(history.point_steps(event), event["loss"], event["accuracy"], strict=True)
        summaries = [
            (step, _scalars({"step/loss": loss, "step/accuracy": accuracy}))
            for step, loss, accuracy in points
        ]
        self._write("training", event, summaries)

    def _epoch(self, event) -> None:
        figures = _epoch_figures(event)
        if event.get("learning_rate") is not None:
            figures["learning_rate"] = event["learning_rate"]
        self._write("training", event, [(event["step"], _scalars(figures))])
        if "val_loss" in event:
            validation = _scalars(_epoch_figures(event, "val_"))
            self._write("validation", event, [(event["step"], validation)])

    def _test(self, event) -> None:
        self._write("test", event, [(self._last_step, _scalars(_epoch_figures(event)))])

    def _write(self, part, event, summaries) -> None:
        """Put (step, summary) pairs into one part's file, and on the disk."""
        from tensorboard.compat.proto.event_pb2 import Event

        wall_time = event.get("time") or time.time()
        file = self._files.get(part) or self._open(part, wall_time)
        for step, summary in summaries:
            self._last_step = max(self._last_step, step)
            file.write(Event(wall_time=wall_time, step=step, summary=summary).SerializeToString())
        file.flush()

    def _open(self, part, wall_time):
        import tensorflow as tf
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog

        folder = self.run.folder / part
        folder.mkdir(exist_ok=True)  # not its parents: a run that was deleted stays so
        # TensorBoard reads the files of a folder by their names, and none from before the last one
        path = folder / f"events.out.tfevents.{wall_time:.6f}.run"
        file = tf.io.TFRecordWriter(str(path))
        file.write(Event(wall_time=wall_time, file_version="brain.Event:2").SerializeToString())
        # Has a TensorBoard that knew a deleted run of this name forget the points of that one
        start = SessionLog(status=SessionLog.START)
        file.write(Event(wall_time=wall_time, step=0, session_log=start).SerializeToString())
        self._files[part] = file
        return file


def _epoch_figures(event, prefix="") -> dict[str, float]:
    return {f"epoch/{name}": event[f"{prefix}{name}"] for name in ("loss", "accuracy")}


def _scalars(figures: dict[str, float]):
    """A summary of numbers by tag."""
    from tensorboard.compat.proto.summary_pb2 import Summary

    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in figures.items()]
    return Summary(value=values)
