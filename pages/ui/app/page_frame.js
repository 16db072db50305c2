// What the browser does around the pages: a view of the next page's top, a role that Streamlit's
// uploader lacks, and what is new on the page said to who doesn't see it.
//
// Answers and waits are replaced as they change, so no live region of their own would be heard:
// one region, that stays, is told what they say.

const ANSWERS = '.answer-head, .st-key-verdict, .st-key-mover p, .gallery.few, [data-announce]';
const WAITS = '[data-testid="stProgress"], [data-testid="stSpinner"]';
const PAUSE = 700; // milliseconds between two looks at what changes
const GAP = 5000; // milliseconds: a wait that is back sooner is the same one

const waits = {}; // sentence -> when it was on the page last
let shown = []; // answers

export default function ({ data, parentElement }) {
    parentElement.stop?.(); // it is called again at each page
    if (window.openPage && window.openPage !== data.page) {
        // Streamlit leaves the next page scrolled to where the last one was
        document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    }
    window.openPage = data.page;
    const region = document.getElementById('announcements') ?? makeRegion();
    let timer = null;
    const announce = () => {
        timer = null;
        const now = Date.now(), answers = read(ANSWERS);
        const fresh = answers.filter(text => !shown.includes(text));
        shown = answers;
        for (const text of read(WAITS)) {
            const sentence = text.split('…')[0].replace(/\d[\d.,]*/g, ''); // not each of its steps
            if (!(now - waits[sentence] < GAP)) fresh.push(text);
            waits[sentence] = now;
            timer ??= setTimeout(announce, PAUSE); // it may stand there, and nothing change
        }
        if (fresh.length) region.textContent = fresh.join('. ');
    };
    const look = () => {
        // The uploader has a role that says it has no meaning, beside a name and a place in the
        // order of focus
        document.querySelectorAll('section[role="presentation"][aria-label]')
            .forEach(section => section.setAttribute('role', 'group'));
        timer ??= setTimeout(announce, PAUSE);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.getElementById('root'), {
        childList: true, subtree: true, attributeFilter: ['role', 'aria-label'],
    });
    look();
    parentElement.stop = () => {
        observer.disconnect();
        clearTimeout(timer);
    };
    return parentElement.stop;
}

function makeRegion() {
    const region = document.createElement('div');
    region.id = 'announcements';
    region.setAttribute('role', 'status');
    region.style = 'position: absolute; width: 1px; height: 1px; overflow: hidden; '
        + 'clip-path: inset(50%)';
    document.body.append(region);
    return region;
}

function read(places) {
    return [...document.querySelectorAll(places)]
        .map(place => (place.dataset.announce || place.innerText).replace(/\s+/g, ' ').trim())
        .filter(Boolean);
}
