"""Where the parts of the Draw page stand, on any screen."""

# The canvas and the answer are as large as the window allows: together on the screen, in any
STYLE = """
.stMainBlockContainer { padding-top: 4.1rem; max-width: 118rem; }
.stMainBlockContainer h1 { font-size: 1.7rem !important; padding: 0 !important; margin: 0;
  line-height: 1.2; }
.st-key-board { display: grid; gap: .7rem 2.5rem; align-items: start;
  --pad-side: max(min(46vw, 100vh - 30rem), min(40vw, 100vh - 12.5rem, 24rem));
  --answer-row: calc(.06 * var(--pad-side)); --answer-size: calc(.42 * var(--pad-side));
  --answer-width: none;
  grid-template: "pad answer sight" min-content "pen compare sight" 1fr "living living living"
    "steps steps steps"
    / min-content minmax(15rem, 1fr) 15.75rem; }
.st-key-board > :has(> .st-key-pad) { grid-area: pad; }
.st-key-board > :has(> .st-key-pen) { grid-area: pen; min-width: 0; }
.st-key-board > :has(> .st-key-reading), .st-key-reading { display: contents; }
.st-key-reading > :has(> * > * > .st-key-answer), .st-key-reading > * > :has(> * > .st-key-answer) {
  display: contents; } /* the box around a fragment */
.st-key-reading :has(> .st-key-answer) { grid-area: answer; min-width: 0; width: auto; }
.st-key-reading :has(> .st-key-mover) { grid-area: compare; min-width: 0; width: auto;
  align-self: end; }
.st-key-board > :has(> .st-key-compare) { grid-area: compare; min-width: 0; align-self: end; }
.st-key-board > :has(> .st-key-sight) { grid-area: sight; }
.st-key-board > * { width: auto; }
.st-key-board > .st-key-kept_drawing { position: absolute; }
.st-key-board > :has(> .st-key-boxes) { grid-area: pad; width: var(--pad-side); z-index: 1;
  pointer-events: none; place-self: start center; }
.st-key-board > :has(> .st-key-living) { grid-area: living; min-width: 0; }
.st-key-board > :has(> .st-key-three_steps) { grid-area: steps; min-width: 0; }
.st-key-living { padding: .5rem .8rem; }
/* With what moves the digit under it the answer is smaller: no step goes under the screen's edge */
@media (min-width: 1001px) {
  .st-key-board:has(.st-key-mover) { --answer-row: calc(.05 * var(--pad-side));
    --answer-size: calc(.36 * var(--pad-side));
    grid-template-rows: min-content 1fr min-content;
    grid-template-areas: "pad answer sight" "pad compare sight" "pen compare sight"
      "living living living" "steps steps steps"; }
  /* In the pen's row there is room for its word alone */
  .st-key-wide button span > :has(> [data-testid="stIconMaterial"]) { display: none; }
}
@media (max-width: 1000px) {
  .st-key-board { gap: .7rem 1.5rem; grid-template: "pad answer" min-content "pen compare" 1fr
    "living living" "steps steps" "sight sight" / min-content minmax(12rem, 1fr); }
}
@media (max-width: 640px) {
  .stMainBlockContainer { padding-top: 3.7rem; }
  .stMainBlockContainer h1 { font-size: 1.15rem !important; }
  .stMainBlockContainer > .stVerticalBlock { gap: .6rem; }
  .st-key-board { --pad-side: min(100vw - 2rem, max(100vh - 22.5rem, 15rem));
    gap: .6rem; grid-template: "pad pad" "answer answer" "pen why" "compare compare"
      "living living" "draw draw" "train train" "sight sight" / minmax(0, 1fr) max-content; }
  /* The switch is within reach beside the pen; its card's words are for those who have room */
  .st-key-board > :has(> .st-key-three_steps), .st-key-board .st-key-three_steps {
    display: contents; }
  .st-key-three_steps > :has(> .st-key-step_draw) { grid-area: draw; }
  .st-key-three_steps > :has(> .st-key-step_train) { grid-area: train; }
  .st-key-three_steps > :has(> .st-key-step_why) { grid-area: why; align-self: center; }
  .st-key-three_steps .st-key-step_why.stHorizontalBlock { border: 0; padding: 0; min-height: 0; }
  .st-key-step_why > :not(:has(.stCheckbox)) { display: none; }
  /* The pen's row is full: beside the title there is room */
  .st-key-board { position: relative; }
  .st-key-board .st-key-wide { position: absolute; top: -2.6rem; right: -.5rem; width: auto; }
  .st-key-wide button { border: 0; padding: 0; min-height: 0; width: 2rem; height: 2rem; }
}
"""
# Of a wide canvas: the answer stands under it
WIDE_STYLE = """
.stApp .st-key-board { --wide-side: min(var(--pad-side), (min(100vw, 118rem) - 25rem) / 2);
  grid-template: "pad pad sight" min-content "pen compare sight" min-content
    "answer answer sight" 1fr "living living living" "steps steps steps"
    / max-content minmax(15rem, 1fr) 15.75rem; }
.stApp .st-key-board .st-key-pad { --side: var(--wide-side); }
.stApp .st-key-board > :has(> .st-key-boxes) { width: calc(2 * var(--wide-side));
  place-self: start; }
.stApp .st-key-answer { --answer-row: calc(.045 * var(--pad-side));
  --answer-size: calc(.3 * var(--pad-side)); }
.stApp .st-key-answer .answer { flex-direction: row; align-items: center; }
.stApp .st-key-answer:has(.number-words) { align-items: center;
  grid-template: "number bars" "words bars" "digits bars" / 1fr 1fr; }
@media (max-width: 1000px) {
  .stApp .st-key-board { --wide-side: min(var(--pad-side), (100vw - 6rem) / 2);
    grid-template: "pad pad" min-content "pen compare" min-content "answer answer" min-content
      "living living" "steps steps" "sight sight" / max-content minmax(12rem, 1fr); }
}
/* A phone on its side */
@media (min-width: 641px) and (max-width: 1000px) and (max-height: 500px) {
  .stApp .st-key-board { grid-template: "pad answer" min-content "pen compare" 1fr
    "living living" "steps steps" "sight sight" / max-content minmax(12rem, 1fr); }
  .stApp .st-key-answer .answer { flex-direction: column; align-items: stretch; gap: .3rem; }
  .stApp .st-key-answer:has(.number-words) {
    grid-template: "number words" "digits digits" "bars bars" / max-content 1fr; }
}
@media (max-width: 640px) {
  .stApp .st-key-board { --wide-side: calc((100vw - 2rem) / 2);
    grid-template: "pad pad" "answer answer" "pen why" "compare compare"
      "living living" "draw draw" "train train" "sight sight" / minmax(0, 1fr) max-content; }
}
"""
