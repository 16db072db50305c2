"""What every test of a page needs: that no run starts behind the page."""

import pytest


@pytest.fixture(autouse=True)
def nothing_trains_on_any_page(nothing_trains):
    """Runs are queued and stay so."""


@pytest.fixture
def draw(loaded_models, drawn):
    """A function that opens Draw with these paths on its canvas."""
    from app_pages import open_page

    def open_with(*paths):
        drawn.extend(paths)
        return open_page("draw")

    return open_with
