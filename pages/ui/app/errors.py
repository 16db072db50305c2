"""Errors shown on a page: one sentence each, without this machine's paths."""

import functools
import re
from collections.abc import Callable

import streamlit as st

from mnist_core.system import error_messages

# What Markdown would make something of. A name in a link or a file is a stranger's word: as an
# image it would have the browser call a stranger's server.
_MARKDOWN = re.compile(r"[\\`*\[\]<>$~|!&]|(?<![^\W_])_|_(?![^\W_])|^[#+-]|:(?=\n)")
_LIST_ITEM = re.compile(r"^(\d+)([.)])")
# Links without brackets, emoji, icons, colours and arrows, which Streamlit looks for once Markdown
# has taken the backslashes away: it doesn't find what is divided in two
_AFTER_MARKDOWN = re.compile(r":(?=\S)|www(?=\.)|@(?=\S)|[-<>~](?=[-<>=])", re.IGNORECASE)
DIVIDER = ":color[]{}"  # an empty <span>, which is neither seen nor copied


def escape(text: str) -> str:
    """Markdown that shows a text as it is, in one line; with `DIVIDER` where a backslash won't do.

    Everything that a visitor, a link or a file names goes through it on its way to a label, a
    heading or a sentence.
    """
    line = _AFTER_MARKDOWN.sub("\\g<0>\n", " ".join(text.split()))
    line = _LIST_ITEM.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\g<0>", line))
    return line.replace("\n", DIVIDER)


def message(error: BaseException, before: str = "") -> str:
    """An error's sentence as Markdown; see `error_messages.user_message`.

    Args:
        before: what it begins with, such as a file's name and a colon.
    """
    beginning = f"{error_messages.redact(before)} " if before else ""
    return escape(beginning + error_messages.user_message(error))


def status_message(sentence: str) -> str:
    """A run's status sentence as Markdown; whoever wrote it may have named a path."""
    return escape(error_messages.redact(sentence))


def show(error: BaseException, before: str = "", icon: str = ":material/error:") -> None:
    """An error in a box on the page."""
    st.error(message(error, before), icon=icon)


def toast(error: BaseException) -> None:
    """An error in a toast; for callbacks, which have no place on the page."""
    st.toast(message(error), icon=":material/error:", duration="long")


def attempt(call: Callable, *arguments) -> None:
    """Call it, as a button's callback, and show in a toast what goes wrong."""
    try:
        call(*arguments)
    except (ValueError, OSError) as error:
        toast(error)


def guard(part: Callable) -> Callable:
    """The part of a page, with a sentence in its place where the machine fails it.

    Such as a full disk or a vanished file. For a page and for each fragment. Any other exception
    is an error of the program: Streamlit shows that something failed, and the log what.
    """

    @functools.wraps(part)
    def guarded(*arguments, **keywords):
        try:
            return part(*arguments, **keywords)
        except (OSError, MemoryError) as error:
            return show(error)

    return guarded
