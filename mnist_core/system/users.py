"""Users: everything that a user keeps is in a folder of their own.

    HOME/runs/                  on a server for one user (MNIST_CORE_PEOPLE=one)
    HOME/people/USER_ID/runs/   on a server for many, for each user

A user id is a hash of a secret that only that user's browser or login has, so reading the folders'
names gives no access. Names of runs are looked up in the current user's folder only.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path

import platformdirs

from mnist_core.system import settings

SINGLE_USER = ""  # the id of the user of a server for one
USER_ID = re.compile(r"[0-9a-f]{32}")

_user: ContextVar[str | None] = ContextVar("user", default=None)


class UnknownUserError(RuntimeError):
    """On a server for many, something was done for no user: an error of the program."""


def home() -> Path:
    """The folder for everything kept: `MNIST_CORE_HOME`, or the user's data folder."""
    path = os.environ.get(settings.HOME.name)
    return Path(path) if path else platformdirs.user_data_path("mnist_core", appauthor=False)


def user_id(secret: str) -> str:
    """The id of the user with this secret: 32 hexadecimal digits."""
    return hashlib.sha256(f"mnist_core {secret}".encode()).hexdigest()[:32]


def _no_user() -> str | None:
    """The resolver where none was set."""


_resolve_user: Callable[[], str | None] = _no_user


def set_user_resolver(resolve: Callable[[], str | None]) -> Callable[[], str | None]:
    """Have `resolve` give the id of the user that this thread works for; None if there is none.

    Returns:
        The resolver that was used before.
    """
    global _resolve_user
    before, _resolve_user = _resolve_user, resolve
    return before


@contextlib.contextmanager
def as_user(user: str) -> Iterator[None]:
    """Work for the user with this id, in this thread, until the block ends."""
    token = _user.set(user)
    try:
        yield
    finally:
        _user.reset(token)


def current_user() -> str:
    """The id of the user that this thread works for.

    Raises:
        UnknownUserError: this server is for many users, and none is set.
    """
    user = _user.get()
    if user is not None:
        return user
    if settings.PEOPLE.value() == settings.ONE_USER:
        return SINGLE_USER
    user = _resolve_user()
    if not user or not USER_ID.fullmatch(user):
        raise UnknownUserError("It is not known for whom this is done.")
    return user


def user_folder(user: str) -> Path:
    """The folder of what the user with this id keeps; it need not exist."""
    return home() if user == SINGLE_USER else home() / "people" / user


def runs_folder() -> Path:
    """The current user's folder of runs; it need not exist."""
    return user_folder(current_user()) / "runs"


def all_run_folders() -> list[Path]:
    """The folders of runs of all users, as far as they exist."""
    people = home() / "people"
    names = sorted(path.name for path in people.iterdir()) if people.is_dir() else []
    folders = [home(), *(people / name for name in names if USER_ID.fullmatch(name))]
    return [folder / "runs" for folder in folders if (folder / "runs").is_dir()]


def owner_of(runs_folder: Path) -> str:
    """The id of the user whose folder of runs this is."""
    folder = runs_folder.parent
    return folder.name if folder.parent == home() / "people" else SINGLE_USER
