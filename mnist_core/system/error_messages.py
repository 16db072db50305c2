"""What went wrong, as one sentence for a person, with nothing in it about this machine.

A page shows `words(fault)`; the log has the rest. The command line says `str(fault)`, because
there the machine is the reader's own.
"""

import errno
import functools
import logging
import os
import re
import tempfile
import traceback
from pathlib import Path

from filelock import Timeout

from mnist_core.system import paths, users

LONGEST = 500  # characters of a sentence
LOG = logging.getLogger(__name__)

FULL = "The disk of the computer that runs this app is full: delete runs, or make room there."
READ_ONLY = "The folder for runs can't be written: whoever runs this app has to allow that."
GONE = "A file that this needs is gone; perhaps somebody deleted it meanwhile. Load the page again."
TOO_MANY = "Too many files are open on the computer that runs this app: wait a little, try again."
FILES = "A file could not be read or written; the app's log says more."
BUSY = "Another server is busy with the same runs and doesn't let go: try again in a minute."
MEMORY = "There was not enough memory: make batch_size or the network smaller."
BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.ENOENT: GONE,
    errno.ENOTDIR: GONE,
    errno.ESTALE: GONE,
    errno.EMFILE: TOO_MANY,
    errno.ENFILE: TOO_MANY,
    errno.ENOMEM: MEMORY,
}
# What says where something is: a path in quotes, which may have spaces; any other from the root
# or a home, but no link to a web page; a drive's or a share's; an object's place in memory
QUOTED = re.compile(r"(?P<mark>['\"])(?:~?/|[A-Za-z]:[\\/]|\\\\)(?:(?!(?P=mark))[^\n])*(?P=mark)")
BARE = re.compile(r"(?<![\w/.])(?<!http:)(?<!https:)(?:~\w*)?(?:/+[^\s/'\"<>|,;]+)+/?")
WINDOWS = re.compile(r"(?<![\w.])(?:[A-Za-z]:[\\/]|\\\\)[^\s'\"<>|,;]+")
OF_PEOPLE = re.compile(r"(?<![\w/\\])people[/\\][0-9a-f]{32}[/\\](?:runs[/\\])?")  # in the home
ADDRESS = re.compile(r"\s(?:object )?at 0x[0-9a-fA-F]+")
ENDS = ".,:;)]}"  # what may stand behind a path without belonging to it


class ClusterUnreachableError(ConnectionError):
    """What trains can't be reached; the message says so to people, and what happens meanwhile."""


def user_message(fault: BaseException) -> str:
    """One sentence on what went wrong and, where it helps, what to do.

    No path of the machine is in it (of a path its last name is left), no traceback and no memory
    address. What a ValueError or Unreachable says was written for people and stays; the
    details of anything else go to the log, once.
    """
    if isinstance(fault, ValueError | ClusterUnreachableError) and _is_sentence(str(fault)):
        return redact(str(fault))
    _log_once("".join(traceback.format_exception(fault)))
    if isinstance(fault, Timeout):
        return BUSY
    if isinstance(fault, OSError):
        return BY_NUMBER.get(fault.errno, FILES)
    if isinstance(fault, MemoryError) or "OOM" in str(fault):
        return MEMORY
    return f"Something went wrong here ({type(fault).__name__}); the app's log says more."


def redact(text: str) -> str:
    """The text in one line of at most LONGEST characters, without paths and memory addresses."""
    text = text[: 20 * LONGEST]
    for place, instead in _known_places():
        text = text.replace(place, instead)
    text = OF_PEOPLE.sub("", text)
    text = QUOTED.sub(lambda found: f"{found['mark']}{_last(found[0][1:-1])}{found['mark']}", text)
    text = BARE.sub(lambda found: _last(found[0]), text)
    text = WINDOWS.sub(lambda found: _last(found[0]), text)
    text = ADDRESS.sub("", " ".join(text.split()))
    text = text.encode("utf-8", "replace").decode()  # half a character can't be shown
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"


def _is_sentence(text: str) -> bool:
    return bool(text.strip()) and "Traceback (most recent call last)" not in text


def _last(path: str) -> str:
    """The last name of a path, with the punctuation behind it."""
    bare = path.rstrip(ENDS)
    return re.split(r"[\\/]+", bare.rstrip("\\/"))[-1] + path[len(bare) :]


def _known_places() -> list[tuple[str, str]]:
    """Folders of this machine, whose names may hold spaces, and what to write instead.

    What is in the folder for runs is named by the run; of the rest only the last name is left.
    """
    named = [os.environ.get(name) for name in ("MNIST_PATH", "KERAS_HOME")]
    others = [paths.PACKAGE, paths.PROJECT, Path.cwd(), Path.home(), Path(tempfile.gettempdir())]
    others += [Path(name).expanduser().parent for name in named if name]
    known = {users.home() / "runs": "", users.home(): ""}
    known = dict.fromkeys(others, f"~{os.sep}") | known
    wide = {f"{place.absolute()}{os.sep}": to for place, to in known.items() if place.name}
    return sorted(wide.items(), key=lambda each: len(each[0]), reverse=True)


@functools.lru_cache(maxsize=256)
def _log_once(details: str) -> None:
    """Log it, but not again and again: a page looks at a fault twice a second."""
    LOG.error("%s", details.rstrip())
