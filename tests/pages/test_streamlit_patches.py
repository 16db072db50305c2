"""What Streamlit does after each run of a page."""

import pytest
from app_pages import open_page


@pytest.mark.slow
def test_keras_keeps_its_state_from_run_to_run():
    from keras.src.backend.common import global_state

    page = open_page("draw")
    state = global_state.GLOBAL_STATE_TRACKER  # clear_session puts another in its place
    page.run()
    assert global_state.GLOBAL_STATE_TRACKER is state
