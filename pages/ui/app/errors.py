"""Why something can't be done, said on a page: a sentence, without this machine's paths."""

import functools
import re
from collections.abc import Callable

import streamlit as st

from mnist_core.system import error_messages

# What Markdown, and Streamlit's own additions to it, would make something of. A name in a link or
# a file is a stranger's word: as an image it would have the browser call a stranger's server.
_MARKDOWN = re.compile(r"[\\`*\[\]<>$~|!]|(?<!\w)_|_(?!\w)|:(?=\w)|^[#+-]")


def escape(text: str) -> str:
    """Markdown that shows a text as it is."""
    return _MARKDOWN.sub(lambda sign: f"\\{sign[0]}", text)


def message(fault: BaseException, before: str = "") -> str:
    """What `faults.words` says of it, as Markdown.

    Args:
        before: what the sentence begins with, such as a file's name and a colon.
    """
    return escape(
        error_messages.redact(before) + " " * bool(before) + error_messages.user_message(fault)
    )


def status_message(sentence: str) -> str:
    """A run's status sentence, as Markdown; whoever wrote it may have named a path."""
    return escape(error_messages.redact(sentence))


def show(fault: BaseException, before: str = "", icon: str = ":material/error:") -> None:
    """An error in a box on the page."""
    st.error(message(fault, before), icon=icon)


def toast(fault: BaseException) -> None:
    """An error in a toast; for callbacks, which have no place on the page."""
    st.toast(message(fault), icon=":material/error:", duration="long")


def attempt(call: Callable, *arguments) -> None:
    """Call it, as a button's callback, and tell what goes wrong."""
    try:
        call(*arguments)
    except (ValueError, OSError) as fault:
        toast(fault)


def guard(part: Callable) -> Callable:
    """This part of a page, which says it where the machine fails it: a full disk, a vanished file.

    For a page and for each fragment. Any other exception is a fault of the program; Streamlit
    shows that something failed, and the log what.
    """

    @functools.wraps(part)
    def shown(*arguments, **named):
        try:
            return part(*arguments, **named)
        except (OSError, MemoryError) as fault:
            return show(fault)

    return shown
