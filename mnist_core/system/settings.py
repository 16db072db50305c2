"""Everything that is set from outside, in one place: each by a variable, with its reason."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
ONE, MANY = "one", "many"


@dataclass(frozen=True)
class Setting:
    """A variable of the environment: what it may hold, and what holds without it."""

    name: str
    meaning: str  # what it decides
    reason: str  # why there is such a thing, and why it is what it is
    expected: str = ""  # what it must be, in words; nothing: any text will do
    parse: Callable[[str], Any] = str  # the text -> its value; ValueError if it can't be
    default: str = ""  # in words
    default_value: Callable[[], Any] = lambda: None  # its value where the variable is not set

    def is_set(self) -> bool:
        """Whether somebody has set the variable."""
        return bool(os.environ.get(self.name, "").strip())

    def value(self) -> Any:
        """What holds now.

        Raises:
            ValueError: names the variable, what was expected and what came.
        """
        text = os.environ.get(self.name, "").strip()
        if not text:
            return self.default_value()
        try:
            return self.parse(text)
        except ValueError:
            raise ValueError(f"{self.name} must be {self.expected}. Received: {text!r}") from None


def _whole(low: int) -> Callable[[str], int]:
    def parse(text):
        if not text.isdecimal() or int(text) < low:
            raise ValueError
        return int(text)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text):
        found = {choice.lower(): choice for choice in choices}.get(text.lower())
        if found is None:
            raise ValueError
        return found

    return parse


def _address(text: str) -> str:
    if text != "auto" and not re.fullmatch(r"[^\s/]+:\d+", text):
        raise ValueError
    return text


def _for_many(value: int) -> Callable[[], int]:
    """What holds on a server for many people; for one person there is no limit: 0."""
    return lambda: value if PEOPLE.value() == MANY else 0


MNIST_PATH = Setting(
    "MNIST_PATH",
    "The file mnist.npz, in Keras' format.",
    "A computer without network, or a class, keeps one file for all.",
    default="Keras' cache, or the download",
)
HOME = Setting(
    "MNIST_CORE_HOME",
    "The folder in which runs and models are kept.",
    "A server keeps them on a disk of its own, several machines on one that they share.",
    default="the user's data folder",
)
PEOPLE = Setting(
    "MNIST_CORE_PEOPLE",
    "Who uses this server: one person, or many, each of whom sees only their own runs.",
    "On one's own laptop nothing should stand between a person and their runs.",
    f"{ONE} or {MANY}",
    _one_of(ONE, MANY),
    ONE,
    lambda: ONE,
)
RUNS_AT_ONCE = Setting(
    "MNIST_CORE_RUNS_AT_ONCE",
    "How many runs train at the same time, of all people together.",
    "A training uses two cores well; a second one on them makes both slower.",
    "a whole number from 1",
    _whole(1),
    "one for each two cores, of the cluster if there is one",
)
RUNS_PER_PERSON = Setting(
    "MNIST_CORE_RUNS_PER_PERSON",
    "How many of them may be one person's. 0 is no limit.",
    "One person's sweep must not keep a class waiting.",
    "a whole number from 0",
    _whole(0),
    "1 for many people, no limit for one",
    _for_many(1),
)
WAITING_PER_PERSON = Setting(
    "MNIST_CORE_WAITING_PER_PERSON",
    "How many runs of one person may wait. 0 is no limit.",
    "A queue that one person fills is a queue for nobody; the largest sweep has 12 runs.",
    "a whole number from 0",
    _whole(0),
    "12 for many people, no limit for one",
    _for_many(12),
)
KEPT_PER_PERSON = Setting(
    "MNIST_CORE_KEPT_PER_PERSON",
    "How many runs of one person are kept. 0 is no limit.",
    "A run takes 1 to 30 MB of the server's disk: 60 people with 100 each, 20 GB or so.",
    "a whole number from 0",
    _whole(0),
    "100 for many people, no limit for one",
    _for_many(100),
)
MINUTES = Setting(
    "MNIST_CORE_MINUTES",
    "After how many minutes a run is stopped, its weights kept. 0 is no limit.",
    "200 epochs of one person must not take the queue's morning; Continue goes on from there.",
    "a whole number from 0",
    _whole(0),
    "15 for many people, no limit for one",
    _for_many(15),
)
RUN_MEMORY = Setting(
    "MNIST_CORE_RUN_MEMORY",
    "How many MB of memory one run may take. 0 is no limit.",
    "A network that is too large then ends as a failed run, and nothing else on the machine"
    " suffers. Without it the system ends the run first when memory runs out (on Linux).",
    "a whole number from 0",
    _whole(0),
    "no limit",
    lambda: 0,
)
RAY = Setting(
    "MNIST_CORE_RAY",
    "Train on a Ray cluster: auto for the one this machine belongs to, or its address.",
    "Where one machine is too small. Without it Ray need not be installed.",
    "auto, or a host and a port such as 10.0.0.5:6379",
    _address,
    "off: runs train on this machine",
)
LOG = Setting(
    "MNIST_CORE_LOG",
    "From which level on the log speaks.",
    "INFO has a line for all that is started, ended, stopped, refused or deleted.",
    f"one of {', '.join(LOG_LEVELS)}",
    _one_of(*LOG_LEVELS),
    "INFO; WARNING on the command line",
    lambda: "INFO",
)

ALL = (MNIST_PATH, HOME, PEOPLE, RUNS_AT_ONCE, RUNS_PER_PERSON, WAITING_PER_PERSON, KEPT_PER_PERSON)
ALL += (MINUTES, RUN_MEMORY, RAY, LOG)


def validate_all() -> None:
    """See that every variable can be read.

    Raises:
        ValueError: names the first that can't, what was expected and what came.
    """
    for setting in ALL:
        setting.value()


def markdown_table() -> str:
    """All of them, for the README."""
    rows = [f"| `{s.name}` | {s.meaning} {s.reason} | {s.default} |" for s in ALL]
    head = ["| variable | what it decides, and why | without it |", "|---|---|---|"]
    return "\n".join([*head, *rows])
