"""An error as one sentence for users, without paths or other details of this machine.

A page shows `user_message(error)`; the log has the details. The command line prints
`shell_message(error)`: there the machine is the user's own.
"""

import errno
import functools
import logging
import os
import re
import tempfile
import time
import traceback
from pathlib import Path

from filelock import Timeout

from mnist_core.system import paths, users

MAX_LENGTH = 500  # characters of a message
LOG_INTERVAL = 3600.0  # seconds, after which the same error is logged again
log = logging.getLogger(__name__)

DISK_FULL = "The disk of the computer that runs this app is full: delete runs, or make room there."
NOT_WRITABLE = "The folder for runs can't be written: whoever runs this app has to allow that."
FILE_GONE = (
    "A file that this needs is gone; perhaps somebody deleted it meanwhile. Load the page again."
)
TOO_MANY_FILES = (
    "Too many files are open on the computer that runs this app: wait a little, try again."
)
FILE_ERROR = "A file could not be read or written; the app's log says more."
QUEUE_BUSY = "The list of runs is in use and has not come free: try again in a minute."
OUT_OF_MEMORY = "There was not enough memory: make batch_size or the network smaller."
BY_ERRNO = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: NOT_WRITABLE,
    errno.EACCES: NOT_WRITABLE,
    errno.EPERM: NOT_WRITABLE,
    errno.ENOENT: FILE_GONE,
    errno.ENOTDIR: FILE_GONE,
    errno.ESTALE: FILE_GONE,
    errno.EMFILE: TOO_MANY_FILES,
    errno.ENFILE: TOO_MANY_FILES,
    errno.ENOMEM: OUT_OF_MEMORY,
}
# What `redact` shortens or removes: a path in quotes, which may have spaces; any other path from
# the root or a home folder, but no link to a web page; a path of Windows; a memory address
QUOTED_PATH = re.compile(
    r"(?P<mark>['\"])(?:~?/|[A-Za-z]:[\\/]|\\\\)(?:(?!(?P=mark))[^\n])*(?P=mark)"
)
UNQUOTED_PATH = re.compile(r"(?<![\w/.])(?<!http:)(?<!https:)(?:~\w*)?(?:/+[^\s/'\"<>|,;]+)+/?")
WINDOWS_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:[\\/]|\\\\)[^\s'\"<>|,;]+")
USER_FOLDER = re.compile(
    r"(?<![\w/\\])people[/\\][0-9a-f]{32}[/\\](?:runs[/\\])?"
)  # in the home folder
MEMORY_ADDRESS = re.compile(r"\s(?:object )?at 0x[0-9a-fA-F]+")
TRAILING_PUNCTUATION = ".,:;)]}"  # may follow a path without belonging to it


class ClusterUnreachableError(ConnectionError):
    """The Ray cluster can't be reached; the message tells users what happens meanwhile."""


def user_message(error: BaseException) -> str:
    """One sentence on what went wrong and, where it helps, what to do.

    It has no path of the machine (of a path the last name is left), no traceback and no memory
    address. The messages of ValueError and ClusterUnreachableError are written for users and stay;
    the details of any other error go to the log, once.
    """
    if isinstance(error, ValueError | ClusterUnreachableError) and _is_sentence(str(error)):
        return redact(str(error))
    details = "".join(traceback.format_exception(error))
    _log_once(details, int(time.monotonic() // LOG_INTERVAL))
    if isinstance(error, Timeout):
        return QUEUE_BUSY
    if isinstance(error, OSError):
        return BY_ERRNO.get(error.errno, FILE_ERROR)
    if isinstance(error, MemoryError) or "OOM" in str(error):
        return OUT_OF_MEMORY
    return f"Something went wrong here ({type(error).__name__}); the app's log says more."


def shell_message(error: BaseException) -> str:
    """What went wrong, for the command line: files by their whole paths, as other programs do."""
    if isinstance(error, Timeout):
        return QUEUE_BUSY
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part is not None)
    return str(error)


def redact(text: str) -> str:
    """The text in one line of at most MAX_LENGTH characters, without paths and memory addresses."""
    text = text[: 20 * MAX_LENGTH]
    for folder, replacement in _folder_replacements():
        text = text.replace(folder, replacement)
    text = USER_FOLDER.sub("", text)
    text = QUOTED_PATH.sub(lambda m: f"{m['mark']}{_last_name(m[0][1:-1])}{m['mark']}", text)
    text = UNQUOTED_PATH.sub(lambda m: _last_name(m[0]), text)
    text = WINDOWS_PATH.sub(lambda m: _last_name(m[0]), text)
    text = MEMORY_ADDRESS.sub("", " ".join(text.split()))
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate can't be shown
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 2]} …"


def _is_sentence(text: str) -> bool:
    return bool(text.strip()) and "Traceback (most recent call last)" not in text


def _last_name(path: str) -> str:
    """The last name of a path, with the punctuation that follows it."""
    bare = path.rstrip(TRAILING_PUNCTUATION)
    return re.split(r"[\\/]+", bare.rstrip("\\/"))[-1] + path[len(bare) :]


def _folder_replacements() -> list[tuple[str, str]]:
    """(folder of this machine, what to write instead), the longest first.

    Their names may hold spaces, so the patterns above would not find them whole. A path in the
    folder for runs is shortened to begin with the run's name; of any other the last name is left.
    """
    files = [os.environ.get(name) for name in ("MNIST_PATH", "KERAS_HOME")]
    others = [paths.PACKAGE, paths.PROJECT, Path.cwd(), Path.home(), Path(tempfile.gettempdir())]
    others += [Path(name).expanduser().parent for name in files if name]
    replacements = dict.fromkeys(others, f"~{os.sep}") | {
        users.home() / "runs": "",
        users.home(): "",
    }
    texts = {f"{path.absolute()}{os.sep}": new for path, new in replacements.items() if path.name}
    return sorted(texts.items(), key=lambda pair: len(pair[0]), reverse=True)


@functools.lru_cache(maxsize=256)
def _log_once(details: str, period: int) -> None:
    """Log it, but not again and again: a page meets the same error twice a second."""
    log.error("%s", details.rstrip())
