"""Whose runs: everything that a person keeps is in a folder of their own.

    HOME/runs/                 the one person's, on a server for one (MNIST_CORE_PEOPLE=one)
    HOME/people/PERSON/runs/   those of each person, on a server for many

PERSON is the sha256 of a secret that only that person's browser or login has, so who can read the
folders' names can't come in by them. Nobody can name a run of somebody else: names are looked up
in one's own folder only.
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

SINGLE_USER = ""  # the person of a server for one
USER_ID = re.compile(r"[0-9a-f]{32}")

_user: ContextVar[str | None] = ContextVar("acting", default=None)


class UnknownUserError(RuntimeError):
    """On a server for many people, something was asked for by nobody: a fault of the program."""


def home() -> Path:
    """The folder for everything kept: `MNIST_CORE_HOME`, or the user's data folder."""
    place = os.environ.get(settings.HOME.name)
    return Path(place) if place else platformdirs.user_data_path("mnist_core", appauthor=False)


def user_id(secret: str) -> str:
    """The name that a person with this secret has here: 32 hexadecimal digits."""
    return hashlib.sha256(f"mnist_core {secret}".encode()).hexdigest()[:32]


def _no_user() -> str | None:
    """Who works, where nobody was said to know."""


_resolve_user: Callable[[], str | None] = _no_user


def set_user_resolver(ask: Callable[[], str | None]) -> None:
    """Have `ask()` say for whom the program works at this moment; None if it can't tell."""
    global _resolve_user
    _resolve_user = ask


@contextlib.contextmanager
def as_user(person: str) -> Iterator[None]:
    """Work for this person, in this thread, until the block ends."""
    before = _user.set(person)
    try:
        yield
    finally:
        _user.reset(before)


def current_user() -> str:
    """For whom the program works now.

    Raises:
        NobodyError: this server is for many people, and nobody said for whom.
    """
    person = _user.get()
    if person is not None:
        return person
    if settings.PEOPLE.value() == settings.ONE:
        return SINGLE_USER
    person = _resolve_user()
    if not person or not USER_ID.fullmatch(person):
        raise UnknownUserError("It is not known for whom this is done.")
    return person


def user_folder(person: str) -> Path:
    """What this person keeps; it need not be there."""
    return home() if person == SINGLE_USER else home() / "people" / person


def runs_folder() -> Path:
    """The folder of the runs of whom the program works for now; it need not be there."""
    return user_folder(current_user()) / "runs"


def all_run_folders() -> list[Path]:
    """Every person's folder of runs that is there."""
    people = home() / "people"
    found = sorted(people.iterdir()) if people.is_dir() else []
    places = [home(), *(place for place in found if USER_ID.fullmatch(place.name))]
    return [place / "runs" for place in places if (place / "runs").is_dir()]


def owner_of(runs_place: Path) -> str:
    """Whose folder of runs this is."""
    person = runs_place.parent
    return person.name if person.parent == home() / "people" else SINGLE_USER
