"""A run is a folder: what was asked, what happened, what came of it.

    id               what it is known by, whatever it is called
    experiment.json  what was asked
    status.json      where it stands now, and which process works on it
    events.jsonl     what happened, a JSON object a line, appended while it trains
    model.keras      the weights of the last full epoch, then the final ones
    card.json        what is known of that model
    reports/         its predictions on test sets; see `evaluation.cached_predictions`
    live_weights.npz the weights of this moment, while it trains; see `runs.live_weights`
    drawings.jsonl   what it learns from, if that is a person's hand; see `adaptation.request`
    stop             an empty file: a request to stop
    worker.log       the output of the process that trained it
    training/, validation/, test/   the events once more; see `runs.tensorboard`

Every file but events.jsonl is replaced whole; of events.jsonl only whole lines are read. So a
crash at any moment leaves a run that can be read. Nothing here needs Keras.
"""

import json
import os
import time
from functools import lru_cache
from pathlib import Path

from mnist_core.config.schema import Experiment
from mnist_core.runs import events, run_id
from mnist_core.system import atomic_files, users

WAITING = ("queued",)
ACTIVE = ("starting", "training", "testing")  # a process works on it
ENDED = ("finished", "stopped", "failed", "interrupted")
MAX_TIMESTAMP = 250_000_000_000.0  # unix time, in the year 9892
UNREADABLE = {"state": "interrupted", "sentence": "Its status can't be read.", "created": 0.0}
STOPPED_WAITING = {"state": "stopped", "sentence": "Stopped while it waited."}
DELETED = UNREADABLE | {"sentence": "It was deleted."}


class Run:
    """One training, as its folder holds it: known by its id, so that it stays the same run.

    It is found again where somebody renames it. Once it is deleted, nothing is read from or
    written to another run that gets its name.
    """

    def __init__(self, folder: Path, known_id: str = ""):
        """
        Args:
            known_id: what stands in its folder, for who has read that already.
        """
        self._last_folder, self._id = folder, known_id or run_id.read(folder)

    def __eq__(self, other) -> bool:
        if not isinstance(other, Run) or self.id != other.id:
            return False
        if not self.id:
            return self._last_folder == other._last_folder
        return self._last_folder.parent == other._last_folder.parent

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def id(self) -> str:
        """16 hexadecimal digits; empty until its folder is there."""
        if not self._id:
            self._id = run_id.read(self._last_folder)
        return self._id

    @property
    def folder(self) -> Path:
        """Where it is now; a path without anything there once it is deleted."""
        if not self.id or self.exists():
            return self._last_folder
        return self._last_folder.with_name(f".deleted-{self._id}")

    def exists(self) -> bool:
        """Whether nobody has deleted it."""
        if not self.id:
            return self._last_folder.is_dir()  # one that may not be looked into
        if run_id.is_in(self._last_folder, self._id):
            return True
        found = run_id.find(self._last_folder.parent, self._id)
        self._last_folder = found or self._last_folder
        return found is not None

    @property
    def name(self) -> str:
        """What it is called, a label that may change; of a deleted run, its last."""
        self.exists()
        return self._last_folder.name

    @property
    def user_id(self) -> str:
        """The user it belongs to; see `system.users`."""
        return users.owner_of(self._last_folder.parent)

    def __str__(self) -> str:
        """Its name and id in the log; on a server for many, with the start of the user's hash."""
        owner = f" of {self.user_id[:6]}" if self.user_id != users.SINGLE_USER else ""
        return f"{self.name!r} ({self.id}){owner}"

    def __repr__(self) -> str:
        return f"<Run {self}>"

    def experiment(self) -> Experiment:
        """The experiment that is trained.

        Raises:
            ValueError: the file is gone or damaged, or holds what this version doesn't know.
        """
        try:
            text = atomic_files.read(self.folder / "experiment.json").decode()
            return Experiment.from_json(text)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ValueError(f"The experiment of {self.name!r} can't be read: {reason}") from None

    def status(self) -> dict:
        """Its status: "state", "sentence", "created" (unix time) and more."""
        path = self.folder / "status.json"
        try:
            version = atomic_files.version(path)
            status = _read_status(path, version)
        except (OSError, ValueError, RecursionError):
            return dict(UNREADABLE if self.exists() else DELETED)
        unsaved_since, unsaved = _unsaved_status.get(self, (None, {}))
        status = status | unsaved if unsaved_since == version else dict(status)
        if status["state"] in WAITING and path.with_name("stop").exists():
            status |= STOPPED_WAITING  # not written: Stop would have to wait for whoever begins it
        return status

    @property
    def state(self) -> str:
        """One of WAITING, ACTIVE or ENDED."""
        return self.status()["state"]

    def set_status(self, state: str, sentence: str = "", **fields) -> None:
        """Save its status, in status.json and as an event.

        Raises:
            OSError: it can't be written; that a run has ended holds in this process all the same.
        """
        change = {"state": state, "sentence": sentence} | fields
        path = self.folder / "status.json"
        try:
            atomic_files.write(path, json.dumps(self.status() | change))
        except OSError:
            if path.exists() and state not in ACTIVE:  # no process works on what isn't saved
                _unsaved_status[self] = (atomic_files.version(path), change)
            raise
        _unsaved_status.pop(self, None)
        self.append({"kind": "status", "state": state, "sentence": sentence, "time": time.time()})

    def update_status(self, **fields) -> None:
        """Change fields of status.json without an event."""
        atomic_files.write(self.folder / "status.json", json.dumps(self.status() | fields))

    def retry_status(self) -> None:
        """Try once more to save a status that could not be written.

        Raises:
            OSError: it still can't be written.
        """
        status = self.status()
        self.set_status(status["state"], status["sentence"])

    def append(self, event: dict) -> None:
        """Add an event. A line that a crash cut short is ended first."""
        with (self.folder / "events.jsonl").open("ab+") as log:
            if log.tell():
                log.seek(-1, os.SEEK_END)
                if log.read(1) != b"\n":
                    log.write(b"\n")
            log.write(json.dumps(event).encode() + b"\n")

    def events(self, offset: int = 0, most: int = -1) -> tuple[list[dict], int]:
        """The events from a byte offset on, and the offset to go on from; see `runs.events`.

        Args:
            most: bytes to read at once, though no less than a line; -1 for all.
        """
        try:
            new = atomic_files.read(self.folder / "events.jsonl", offset, most)
        except OSError:
            return [], offset
        if len(new) == most and b"\n" not in new:
            return self.events(offset, 4 * most)
        whole = new[: new.rfind(b"\n") + 1]
        return [events.parse(line) for line in whole.splitlines() if line], offset + len(whole)

    def has_model(self) -> bool:
        """Whether there are weights and their card."""
        try:
            return all((self.folder / name).is_file() for name in ("model.keras", "card.json"))
        except OSError:  # the folder may not be looked into
            return False

    def request_stop(self) -> None:
        """Make the file that ends a run: after this batch, or before it has begun."""
        (self.folder / "stop").touch()

    def stop_requested(self) -> bool:
        """Whether it should end: asked to, or its folder is gone."""
        return (self.folder / "stop").exists() or not self.exists()


# A status that could not be written (a full disk) holds while the file stays at this version
_unsaved_status: dict[Run, tuple[tuple, dict]] = {}


def runs_with_unsaved_status() -> list[Run]:
    """The runs whose status is known to this process only, because it could not be written."""
    for run in list(_unsaved_status):
        if not run.exists():
            del _unsaved_status[run]
    return list(_unsaved_status)


@lru_cache(maxsize=20_000)  # more than a class keeps; a cache of fewer runs would never hit
def _read_status(path: Path, version: tuple) -> dict:
    """Cached by the file's version, because every snapshot of the queue reads every run's."""
    status = json.loads(atomic_files.read(path))
    if not isinstance(status, dict) or status.get("state") not in WAITING + ACTIVE + ENDED:
        raise ValueError("state")
    tries, seconds = status.get("tries"), status.get("seconds")
    return status | {
        "sentence": str(status.get("sentence") or ""),
        "created": _timestamp(status.get("created")),
        "started": _timestamp(status.get("started")),
        "tries": tries if type(tries) is int else 0,
        "seconds": seconds if _is_time(seconds) else None,
    }


def _timestamp(value) -> float:
    """A unix time that a calendar has; 0 if it isn't one."""
    return float(value) if _is_time(value) else 0.0


def _is_time(value) -> bool:
    return type(value) in (int, float) and 0 <= value < MAX_TIMESTAMP
