"""Every setting that comes from a variable of the environment, with its reason."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
ONE_USER, MANY_USERS = "one", "many"


@dataclass(frozen=True)
class Setting:
    """A variable of the environment: its meaning, its allowed values and its default."""

    name: str
    meaning: str  # what it decides
    reason: str  # why it exists, and why the default is what it is
    expected: str = ""  # the allowed values, in words; empty: any text
    parse: Callable[[str], Any] = str  # text -> value; raises ValueError for a bad text
    default_text: str = ""  # the default in words
    default_value: Callable[[], Any] = lambda: None

    def is_set(self) -> bool:
        """Whether the variable is set to something."""
        return bool(os.environ.get(self.name, "").strip())

    def value(self) -> Any:
        """The value that applies now: the parsed variable, or the default.

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


def _whole_number(low: int) -> Callable[[str], int]:
    def parse(text):
        if not text.isdecimal() or int(text) < low:
            raise ValueError
        return int(text)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text):
        choice = {choice.lower(): choice for choice in choices}.get(text.lower())
        if choice is None:
            raise ValueError
        return choice

    return parse


def _address(text: str) -> str:
    if text != "auto" and not re.fullmatch(r"[^\s/]+:\d+", text):
        raise ValueError
    return text


def _limit_for_many(value: int) -> Callable[[], int]:
    """The default of a limit: `value` on a server for many people, 0 (no limit) for one."""
    return lambda: value if PEOPLE.value() == MANY_USERS else 0


MNIST_PATH = Setting(
    "MNIST_PATH",
    "The file mnist.npz, in Keras' format.",
    "A computer without network, or a class, keeps one file for all.",
    default_text="Keras' cache, or the download",
)
HOME = Setting(
    "MNIST_CORE_HOME",
    "The folder in which runs and models are kept.",
    "A server keeps them on a disk of its own, several machines on one that they share.",
    default_text="the user's data folder",
)
CACHE = Setting(
    "MNIST_CORE_CACHE",
    "The folder for the index of runs, which is made anew where it is missing.",
    "It needs a disk of this machine's own, also where the runs are on one that several share:"
    " locks of such a disk don't always hold.",
    default_text="the user's cache folder",
)
PEOPLE = Setting(
    "MNIST_CORE_PEOPLE",
    "Who uses this server: one person, or many, each of whom sees only their own runs.",
    "On one's own laptop nothing should stand between a person and their runs.",
    f"{ONE_USER} or {MANY_USERS}",
    _one_of(ONE_USER, MANY_USERS),
    ONE_USER,
    lambda: ONE_USER,
)
RUNS_AT_ONCE = Setting(
    "MNIST_CORE_RUNS_AT_ONCE",
    "How many runs train at the same time, of all people together.",
    "A training uses two cores well; a second one on them makes both slower.",
    "a whole number from 1",
    _whole_number(1),
    "as many as the cores (two each) and the memory (1 GB each) allow, or the cluster",
)
RUNS_PER_PERSON = Setting(
    "MNIST_CORE_RUNS_PER_PERSON",
    "How many of them may be one person's. 0 is no limit.",
    "One person's sweep must not keep a class waiting.",
    "a whole number from 0",
    _whole_number(0),
    "1 for many people, no limit for one",
    _limit_for_many(1),
)
WAITING_PER_PERSON = Setting(
    "MNIST_CORE_WAITING_PER_PERSON",
    "How many runs of one person may wait. 0 is no limit.",
    "A queue that one person fills is a queue for nobody; the largest sweep has 12 runs.",
    "a whole number from 0",
    _whole_number(0),
    "12 for many people, no limit for one",
    _limit_for_many(12),
)
KEPT_PER_PERSON = Setting(
    "MNIST_CORE_KEPT_PER_PERSON",
    "How many runs of one person are kept. 0 is no limit.",
    "A run takes 1 to 30 MB of the server's disk: 60 people with 100 each, 20 GB or so.",
    "a whole number from 0",
    _whole_number(0),
    "100 for many people, no limit for one",
    _limit_for_many(100),
)
MINUTES = Setting(
    "MNIST_CORE_MINUTES",
    "After how many minutes a run is stopped, its weights kept. 0 is no limit.",
    "200 epochs of one person must not take the queue's morning; Continue goes on from there.",
    "a whole number from 0",
    _whole_number(0),
    "15 for many people, no limit for one",
    _limit_for_many(15),
)
RUN_MEMORY = Setting(
    "MNIST_CORE_RUN_MEMORY",
    "How many MB of memory one run may take. 0 is no limit.",
    "A network that is too large then ends as a failed run, and nothing else on the machine"
    " suffers. Without it the system ends the run first when memory runs out (on Linux).",
    "a whole number from 0",
    _whole_number(0),
    "no limit",
    lambda: 0,
)
RAY = Setting(
    "MNIST_CORE_RAY",
    "Train on a Ray cluster: auto for the one this machine belongs to, or its address.",
    "Where one machine is too small. Without it Ray need not be installed.",
    "auto, or a host and a port such as 10.0.0.5:8265",
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

ALL = (MNIST_PATH, HOME, CACHE, PEOPLE, RUNS_AT_ONCE, RUNS_PER_PERSON, WAITING_PER_PERSON)
ALL += (KEPT_PER_PERSON, MINUTES, RUN_MEMORY, RAY, LOG)


def validate_all() -> None:
    """Check that every variable can be parsed.

    Raises:
        ValueError: names the first that can't be, what was expected and what came.
    """
    for setting in ALL:
        setting.value()


def markdown_table() -> str:
    """All settings as a Markdown table, for the documentation."""
    rows = [f"| `{s.name}` | {s.meaning} {s.reason} | {s.default_text} |" for s in ALL]
    head = ["| variable | what it decides, and why | without it |", "|---|---|---|"]
    return "\n".join([*head, *rows])
