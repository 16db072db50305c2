"""How all pages look, beyond what the theme can say."""

import streamlit as st

_STYLE = """<style>
.stMainBlockContainer { padding: 5rem 3rem 2rem; max-width: 118rem; }
@media (max-width: 768px) { .stMainBlockContainer { padding: 3.9rem 1rem 2rem; } }
/* Streamlit's status would appear at each stroke; what takes long says so where it happens. */
[data-testid="stStatusWidget"] { display: none; }
/* What waits for its next value stays as it is, so that nothing blinks while one draws. */
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
h1 { font-size: 1.75rem !important; padding: 0 0 .3rem !important; }
h2 { font-size: 1.5rem !important; }
h3 { font-size: 1.25rem !important; }
/* Contrast of 4.5 to 1 on every ground: the theme's own grey and blue have less */
[data-testid="stCaptionContainer"] { color: inherit; opacity: .8; }
[data-testid="stSliderThumbValue"], button[data-selected="true"] {
  color: light-dark(#0b66c3, #6cb2f5) !important; }
a:focus-visible, [role="tab"]:focus-visible { outline: 2px solid #2f86e0 !important; }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation-duration: 1ms !important; transition-duration: 1ms !important;
    scroll-behavior: auto !important; }
}
[data-testid="stMetricValue"] { font-size: 1.45rem; }
[data-testid="stElementContainer"]:has(> .stHtml > .only_style) { display: none; }
</style>"""


def apply() -> None:
    """Put the common style on the page."""
    st.html(_STYLE)


def beside(css: str) -> None:
    """Put the style of a part of a page that comes and goes into this place.

    Streamlit collects what is nothing but style in one list for the whole page, by number: there it
    would take another's number as it comes, and that other's elements lose their looks for a while.
    """
    st.html(f'<style>{css}</style><i class="only_style"></i>')
