"""What every test of a page needs: that no run starts behind the page."""

import pytest


@pytest.fixture(autouse=True)
def nothing_trains_on_any_page(nothing_trains):
    """Runs are queued and stay so."""
