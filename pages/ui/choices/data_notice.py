"""What to say, and to offer, where MNIST is not on this computer."""

import streamlit as st

from mnist_core.data import mnist
from pages.ui.app import errors


def is_available(name: str) -> bool:
    """Whether a data set can be trained on now."""
    return name == "built-in" or mnist.find_mnist() is not None


def show(name: str) -> None:
    """Nothing where MNIST is there; else how to get it."""
    if mnist.find_mnist() is not None:
        return
    using = "The built-in digits are used" if name == "built-in" else "Choose the built-in digits"
    st.info(
        f"MNIST is not on this computer. {using} until it is: download it here (11 MB), or start"
        " the app with `MNIST_PATH` naming a file `mnist.npz`.",
        icon=":material/download:",
    )
    if st.button("Download MNIST", icon=":material/download:"):
        _download()


def _download() -> None:
    bar = st.progress(0.0, "Asking for MNIST …")

    def on_progress(done, total):
        bar.progress(min(1.0, done / total), f"{done / 1e6:.1f} of {total / 1e6:.1f} MB")

    try:
        mnist.download(on_progress)
    except (ValueError, OSError) as error:
        errors.show(error)
    else:
        st.rerun()
