"""What a run may be called: its folder has that name, on any computer that it may come to."""

import functools
import os
import re
import unicodedata
from pathlib import Path

RESERVED = ("reader", "classic")  # the models that ship
MAX_LENGTH = 60  # characters, of at most four bytes each: file systems take 255 bytes
SIGNS = " ._+-"  # beside letters and digits
INVISIBLE = "\u115f\u1160\u3164\uffa0"  # letters of Korean typewriters that nobody sees
# What Windows keeps for devices, whatever comes behind a dot
DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


class RunError(ValueError):
    """Something asked of a run that can't be done; the message says why."""


def validate(name: str) -> str:
    """`name` in Unicode's composed form (NFC), if a run can be called so.

    Raises:
        RunError: it could leave its folder, or is a shipped model's; says what a name may be.
    """
    name = unicodedata.normalize("NFC", name)
    rules = {
        "must not be empty": name,
        f"must have at most {MAX_LENGTH} characters": len(name) <= MAX_LENGTH,
        "must have only letters, digits, spaces and . _ + - in it": all(map(_is_allowed, name)),
        "must begin with a letter or a digit": _is_letter(name[:1]),
        "must not end with a dot or a space": not name.endswith((".", " ")),
        "must be another than 'reader' and 'classic', which the app's own models have":
            name.casefold() not in RESERVED,
        "must be one that this computer can give to a folder": _can_be_encoded(name),
    }  # fmt: skip
    for rule, is_kept in rules.items():
        if not is_kept:
            raise RunError(f"A name {rule}. Received: {name[:80]!r}")
    return name


def validate_new(name: str) -> str:
    """The same for a run that is yet to get this name.

    Raises:
        RunError: it can't be, or a computer with Windows could not hold it.
    """
    name = validate(name)
    if DEVICE.fullmatch(name):
        raise RunError(
            "A name must be another than CON, NUL and the like, which Windows keeps for itself."
            f" Received: {name!r}"
        )
    return name


@functools.lru_cache(maxsize=20_000)  # folders of many runs are read all the time
def is_valid(name: str) -> bool:
    """Whether a folder of this name may be a run's."""
    try:
        composed = validate(name)
    except RunError:
        return False
    return name in (composed, unicodedata.normalize("NFD", composed))


def find_folder(parent: Path, name: str) -> Path:
    """Where the run of a `validate`d name is, or would be.

    A copy from another system may have its folder's accents apart (NFD).
    """
    composed, apart = (parent / unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    return apart if apart.exists() and not composed.exists() else composed


def clean(text: str, length: int = MAX_LENGTH) -> str:
    """A new run's name made of a text, without the signs that no name has; empty if none is left.

    Args:
        length: of the name, at most, in characters.
    """
    kept = "".join(filter(_is_allowed, unicodedata.normalize("NFC", text)))
    start = next((i for i, sign in enumerate(kept) if _is_letter(sign)), len(kept))
    name = kept[start:][:length].rstrip(" .")
    return "" if DEVICE.fullmatch(name) else name


def _is_letter(sign: str) -> bool:
    kind = unicodedata.category(sign) if sign else ""
    return (kind[:1] == "L" or kind == "Nd") and sign not in INVISIBLE


def _is_allowed(sign: str) -> bool:
    is_mark = unicodedata.category(sign)[0] == "M"  # an accent, a vowel of Hindi
    return sign in SIGNS or is_mark or _is_letter(sign)


def _can_be_encoded(name: str) -> bool:
    try:
        return bool(os.fsencode(name))
    except UnicodeEncodeError:
        return False
