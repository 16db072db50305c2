"""The pages as tabs in the header, where the window is too narrow for Streamlit's own row of them.

Streamlit would put them into a side menu there, which nobody sees before opening it, and which in a
narrow window on a desk stays open over the page.
"""

import streamlit as st

NARROW = 768  # pixels: below it Streamlit moves its row of pages into the side menu
_STYLE = f"""<style>
[data-testid="stLayoutWrapper"]:has(> .st-key-phone_tabs) {{ position: absolute; }}
.st-key-phone_tabs {{ display: none; }}
@media (max-width: {NARROW}px) {{
  [data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] {{ display: none !important; }}
  .st-key-phone_tabs {{ display: flex; flex-flow: row nowrap; gap: 0; position: fixed; top: 0;
    left: 0; right: 3rem; width: auto; height: 3.75rem; z-index: 999991; padding: 0 .25rem;
    align-items: stretch; }}
  .st-key-phone_tabs > div {{ flex: 1 1 0; min-width: 0; width: auto !important; }}
  .st-key-phone_tabs a {{ flex-direction: column; gap: .1rem; align-items: center;
    justify-content: center; padding: .3rem 0; margin: 0; min-height: 3.25rem; }}
  .st-key-phone_tabs a p {{ font-size: .72rem; line-height: 1.1; }}
}}
</style>"""


def show(pages: list) -> None:
    """The tabs; on a wide window there is nothing of them."""
    st.html(_STYLE)
    with st.container(key="phone_tabs", horizontal=True):
        for page in pages:
            st.page_link(page)
