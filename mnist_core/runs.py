"""A run is a folder: what was asked, what happened, what came of it.

    experiment.json  what was asked
    status.json      where it stands now, and which process works on it
    events.jsonl     what happened, a JSON object a line, appended while it trains
    model.keras      the weights of the last full epoch, then the final ones
    card.json        what is known of that model
    reports/         what that model made of test sets; see `reports`
    stop             an empty file: somebody asked it to stop
    training/, validation/, test/   the events once more, for TensorBoard; see `event_files`

Every file but events.jsonl is replaced whole; of events.jsonl only whole lines are read. So a
crash at any moment leaves a run that can be read. Nothing here needs Keras.
"""

import json
import os
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from mnist_core import files
from mnist_core.config import Experiment

WAITING = ("queued",)
ACTIVE = ("starting", "training", "testing")  # a process works on it
ENDED = ("finished", "stopped", "failed", "interrupted")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,59}")
RESERVED = ("reader", "classic")  # the models that ship


class RunError(ValueError):
    """Something asked of a run that can't be done; the message says why."""


def home() -> Path:
    """The folder for everything kept: `MNIST_CORE_HOME`, or the user's data folder."""
    place = os.environ.get("MNIST_CORE_HOME")
    return Path(place) if place else platformdirs.user_data_path("mnist_core", appauthor=False)


def checked_name(name: str) -> str:
    """`name`, if a run may be called so.

    Raises:
        RunError: it could leave its folder, or is a shipped model's.
    """
    good = NAME.fullmatch(name) and not name.endswith((".", " "))
    if not good or name.lower() in RESERVED:
        raise RunError(
            "A name must be 1 to 60 letters, digits, spaces or . _ + -, begin with a letter or a"
            f" digit, and not be 'reader' or 'classic'. Received: {name[:80]!r}"
        )
    return name


@dataclass(frozen=True)
class Run:
    """One training, as its folder tells it."""

    folder: Path

    @property
    def name(self) -> str:
        """What it is called: the folder's name."""
        return self.folder.name

    def experiment(self) -> Experiment:
        """What was asked."""
        return Experiment.from_json((self.folder / "experiment.json").read_text())

    def status(self) -> dict:
        """Where it stands: "state", "sentence", "created" (unix time), "continues" (a name)."""
        try:
            return json.loads((self.folder / "status.json").read_text())
        except (OSError, ValueError):
            sentence = "Its status can't be read."
            return {"state": "interrupted", "sentence": sentence, "created": 0.0}

    @property
    def state(self) -> str:
        """One of WAITING, ACTIVE or ENDED."""
        return self.status()["state"]

    def set_status(self, state: str, sentence: str = "", **more) -> None:
        """Note where it stands, in status.json and as an event."""
        new = self.status() | {"state": state, "sentence": sentence} | more
        files.write(self.folder / "status.json", json.dumps(new))
        self.append({"kind": "status", "state": state, "sentence": sentence, "time": time.time()})

    def append(self, event: dict) -> None:
        """Add an event. A line that a crash cut short is closed off first."""
        with (self.folder / "events.jsonl").open("ab+") as log:
            if log.tell():
                log.seek(-1, os.SEEK_END)
                if log.read(1) != b"\n":
                    log.write(b"\n")
            log.write(json.dumps(event).encode() + b"\n")

    def events(self, offset: int = 0) -> tuple[list[dict], int]:
        """The events from a byte offset on, and the offset to go on from."""
        try:
            with (self.folder / "events.jsonl").open("rb") as log:
                log.seek(offset)
                new = log.read()
        except FileNotFoundError:
            return [], offset
        whole = new[: new.rfind(b"\n") + 1]
        return [e for line in whole.splitlines() if (e := _event(line))], offset + len(whole)

    def ask_to_stop(self) -> None:
        """Leave the mark that the run's process looks for after each batch."""
        (self.folder / "stop").touch()

    def is_asked_to_stop(self) -> bool:
        """Whether it should end: asked to, or its folder is gone."""
        return (self.folder / "stop").exists() or not self.folder.exists()


def _event(line: bytes) -> dict | None:
    """The event on a line, or None where a crash left half of one."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "kind" in event else None


def create(experiment: Experiment, name: str = "run", continues: str | None = None, **known) -> Run:
    """A new run, queued. It gets a number behind its name where the name is taken.

    Args:
        continues: the name of an ended run, whose weights and curves the new one begins with.
        known: more for its status, such as the sweep it belongs to.

    Raises:
        RunError: the name isn't one, or the run to continue has another network or no weights.
    """
    parent = _continuable(experiment, continues) if continues else None
    checked_name(name)
    place = home() / "runs"
    place.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=place))
    new.chmod(0o755)
    files.write(new / "experiment.json", experiment.to_json())
    if parent:
        _inherit(parent, new)
    status = known | {"created": time.time(), "continues": continues}
    files.write(new / "status.json", json.dumps(status | {"state": "queued", "sentence": ""}))
    return Run(settle(new, name))


def settle(new: Path, name: str) -> Path:
    """Give a finished folder the first free of `name`, `name 2`, `name 3`, ..."""
    for number in range(1, 100_000):
        place = new.with_name(name if number == 1 else f"{name[:54]} {number}")
        if place.exists():
            continue
        try:
            return new.rename(place)
        except OSError:  # another process took it in between
            if not place.exists():
                raise
    raise RunError(f"There are too many runs called {name!r}.")


def _continuable(experiment, name) -> Run:
    parent = get(name)
    if parent.state not in ENDED or not (parent.folder / "model.keras").exists():
        raise RunError(f"{name!r} can't be continued: it has no weights yet, or is still training.")
    if parent.experiment().network != experiment.network:
        raise RunError(
            f"To continue {name!r} the network must stay the same; the recipe may change."
        )
    return parent


def _inherit(parent: Run, new: Path) -> None:
    """The parent's weights and card, and its curves as far as its weights go."""
    for name in ("model.keras", "card.json"):
        shutil.copy2(parent.folder / name, new / name)
    events = [e for e in parent.events()[0] if e["kind"] in ("start", "steps", "epoch")]
    if parent.state == "interrupted":  # its weights are those of its last full epoch
        last = max((i for i, e in enumerate(events) if e["kind"] == "epoch"), default=-1)
        events = events[: last + 1]
    (new / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))


def get(name: str) -> Run:
    """The run of that name.

    Raises:
        RunError: there is none.
    """
    folder = home() / "runs" / checked_name(name)
    if not (folder / "experiment.json").is_file():
        raise RunError(f"There is no run called {name!r}.")
    return Run(folder)


def all_runs() -> list[Run]:
    """Every run, the newest first."""
    place = home() / "runs"
    found = [Run(p) for p in place.iterdir()] if place.is_dir() else []
    found = [
        r for r in found if NAME.fullmatch(r.name) and (r.folder / "experiment.json").is_file()
    ]
    return sorted(found, key=lambda run: run.status().get("created", 0.0), reverse=True)


def delete(name: str) -> None:
    """Remove a run and its model. It leaves the list at once, even if removing takes a while.

    Raises:
        RunError: there is none, or it is training.
    """
    run = _at_rest(name)  # first: a name such as ../x must not become part of a path
    gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=home() / "runs")) / run.name
    try:
        run.folder.rename(gone)
    finally:
        shutil.rmtree(gone.parent, ignore_errors=True)


def rename(old: str, new: str) -> Run:
    """Call a run something else.

    Raises:
        RunError: there is none, it is training, or the new name is taken or isn't one.
    """
    place = home() / "runs" / checked_name(new)
    if place.exists():
        raise RunError(f"There is a run called {new!r} already.")
    return Run(_at_rest(old).folder.rename(place))


def _at_rest(name) -> Run:
    run = get(name)
    if run.state not in ENDED:
        raise RunError(f"{name!r} is waiting or training: stop it first.")
    return run
