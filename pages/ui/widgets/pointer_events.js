// Gives the drawing component the strokes of one pointer at a time, as mouse events.
//
// By itself it listens to touch and mouse events and misses the end of some strokes: a cancelled
// touch leaves it waiting for that finger, and when a second button goes up it hears the first no
// more. A new drawing, as after Clear, wipes whatever was drawn since it was asked for: strokes wait.

const REPLACING = ['clear', 'undo', 'wide', 'next', 'skip', 'take_back'].map(key => `.st-key-${key}`);

export default function ({ data, parentElement }) {
    const pad = parentElement.closest('.st-key-pad');
    parentElement.pen ??= listen(pad);
    parentElement.pen.show(data.drawing);
    pad.setAttribute('role', 'img');
    pad.ariaLabel = data.label ? `Canvas with ${data.label}.` : 'Empty canvas: draw a digit here.';
    pad.dataset.hint = data.label ? '' : 'draw here';
    return parentElement.pen.leave;
}

function listen(pad) {
    let canvas, pointer = null; // the id of the one that draws
    let shown, replaced = false; // the drawing; whether Clear, Undo or Wide will bring another
    const kept = []; // events that wait for it

    const send = (type, { clientX, clientY, shiftKey }) => {
        const place = { clientX, clientY, shiftKey, isPrimary: true, bubbles: true, composed: true };
        kept.push(new PointerEvent(type, place)); // in a MouseEvent the place is in whole pixels
        if (!replaced) release();
    };
    const release = () => kept.splice(0).forEach(event => canvas.dispatchEvent(event));
    const begin = event => {
        canvas = event.composedPath()[0];
        canvas.setPointerCapture(event.pointerId); // its end is heard wherever that is
        pointer = event.pointerId;
        pad.dataset.hint = '';
        send('mousedown', event);
    };
    const end = event => {
        pointer = null;
        send('mouseup', event);
    };
    // While one button is down, others go down and up as pointermove
    const follow = event => {
        if (event.target.closest('.moved')) return; // over the canvas a digit is moved
        const pressed = event.buttons & 1, main = event.button === 0;
        if (pointer === null && main && pressed) begin(event);
        else if (pointer !== event.pointerId) return;
        else if (main && !pressed) end(event);
        else send('mousemove', event);
    };
    const lose = event => pointer === event.pointerId && end(event);
    const stop = event => {
        const starts = !['mousemove', 'mouseup'].includes(event.type);
        if (!event.isTrusted || (pointer === null && !starts)) return; // hovers, or ends another's
        event.stopPropagation();
        if (event.type !== 'mousedown' || event.button) event.preventDefault();
    };
    const press = event => {
        if (!event.target.closest(`:is(${REPLACING}) button:enabled`)) return;
        if (pointer !== null) end(event);
        replaced = true;
    };

    const leaving = new AbortController();
    const on = (target, types, listener) => types.forEach(type => target.addEventListener(
        type, listener, { capture: true, passive: false, signal: leaving.signal }));
    on(pad, ['pointerdown', 'pointermove'], follow);
    on(pad, ['lostpointercapture'], lose); // after pointerup and after pointercancel
    on(pad, ['mousedown', 'mousemove', 'mouseup', 'touchstart', 'contextmenu'], stop);
    on(document, ['click'], press);
    return {
        show(drawing) {
            if (drawing === shown) return;
            shown = drawing;
            replaced = false;
            release();
        },
        leave: () => leaving.abort(),
    };
}
