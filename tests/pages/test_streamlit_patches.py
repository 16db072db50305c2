"""What Streamlit does after each run of a page."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ENTRY = Path(__file__).parents[2] / "streamlit_app.py"


@pytest.mark.slow
def test_keras_keeps_its_state_from_run_to_run():
    from keras.src.backend.common import global_state

    page = AppTest.from_file(ENTRY, default_timeout=60).run()
    state = global_state.GLOBAL_STATE_TRACKER  # clear_session puts another in its place
    page.run()
    assert global_state.GLOBAL_STATE_TRACKER is state
