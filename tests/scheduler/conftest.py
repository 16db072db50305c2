"""No process that trains outlives the test that had it begun."""

import pytest
import small_runs


@pytest.fixture(autouse=True)
def no_process_is_left_behind(home):
    yield
    small_runs.kill_processes()
