// The coloured digit over the canvas, to be dragged and turned; beside it a slider for each way, with
// the answers along it. It moves at once; the server says what is read there, one place at a time.

const RIGHT = 0, DOWN = 1, TURN = 2;
const CENTRE = 14; // of the image, about which it turns, in its pixels
const REACH = 11; // of the handle from there

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
    const root = parentElement.querySelector('.mover');
    root.mover ??= build(root, document.querySelector('.st-key-pad'));
    root.mover.update(JSON.parse(data.state), setStateValue, setTriggerValue);
    return root.mover.leave;
}

function element(parent, name, properties = {}) {
    return parent.appendChild(Object.assign(document.createElement(name), properties));
}

function build(root, pad) {
    const layer = element(pad, 'section', { className: 'moved' }); // the pad scales its own div
    const frame = element(layer, 'div', { className: 'frame' });
    const ink = element(layer, 'img', { alt: '' });
    const handle = element(layer, 'div', { className: 'handle', textContent: '⟳' });
    const words = element(root, 'p');
    let state, send, ask; // of the last update
    let move = [0, 0, 0], number = 0, waiting = null, rested = true;
    let axes = [];

    // One message is on its way at a time; what came meanwhile is sent after its answer
    const tell = rests => {
        rested = rests;
        if (waiting !== null) return;
        waiting = ++number;
        send('move', { of: state.of, move, number, rests });
        sent = `${move} ${rests}`;
    };
    let sent = '';
    const put = (values, rests, glides = false) => {
        move = values.map((value, i) => {
            const { limit, step } = state.axes[i];
            return Math.max(-limit, Math.min(limit, Math.round(value / step) * step));
        });
        layer.classList.toggle('glides', glides);
        place();
        tell(rests);
    };

    function place() {
        const [left, top, pixel] = state.frame, [right, down, turn] = move;
        const x = left + CENTRE * pixel, y = top + CENTRE * pixel, percent = n => `${100 * n}%`;
        Object.assign(frame.style, { left: percent(left), top: percent(top),
            width: percent(28 * pixel), height: percent(28 * pixel) });
        ink.style.transformOrigin = `${percent(x)} ${percent(y)}`;
        ink.style.transform = `translate(${percent(right * pixel)}, ${percent(down * pixel)}) rotate(${turn}deg)`;
        const angle = turn * Math.PI / 180, kept = n => Math.max(.08, Math.min(.92, n));
        handle.style.left = percent(kept(x + (right + REACH * Math.sin(angle)) * pixel));
        handle.style.top = percent(kept(y + (down - REACH * Math.cos(angle)) * pixel));
        axes.forEach(({ input, output }, i) => {
            input.value = move[i];
            output.value = ` ${move[i]}${i === TURN ? '°' : ''}`;
        });
    }

    // The pointer drags from where it took hold; at the handle it turns about the digit's middle
    let held = null;
    layer.onpointerdown = event => {
        if (held || event.button) return;
        held = { id: event.pointerId, x: event.clientX, y: event.clientY, move, turns: event.target === handle };
        layer.setPointerCapture(event.pointerId);
        layer.classList.add('held');
    };
    layer.onpointermove = event => {
        if (held?.id !== event.pointerId) return;
        const box = layer.getBoundingClientRect(), [left, top, pixel] = state.frame;
        const unit = pixel * box.width;
        if (!held.turns) {
            put([held.move[RIGHT] + (event.clientX - held.x) / unit,
                held.move[DOWN] + (event.clientY - held.y) / unit, held.move[TURN]], false);
            return;
        }
        const x = box.left + (left + (CENTRE + move[RIGHT]) * pixel) * box.width;
        const y = box.top + (top + (CENTRE + move[DOWN]) * pixel) * box.height;
        const toward = (px, py) => Math.atan2(py - y, px - x) * 180 / Math.PI;
        const by = toward(event.clientX, event.clientY) - toward(held.x, held.y);
        put([move[RIGHT], move[DOWN], held.move[TURN] + (by + 540) % 360 - 180], false);
    };
    layer.onlostpointercapture = () => {
        held = null;
        layer.classList.remove('held');
        tell(true);
    };

    function controls() {
        const names = [['Right', 'Pixels right'], ['Down', 'Pixels down'], ['Turn', 'Degrees clockwise']];
        axes = state.axes.map(({ limit, step }, i) => {
            const label = element(root, 'label');
            const title = element(label, 'span', { textContent: names[i][0] });
            const output = element(title, 'output');
            const input = element(label, 'input', { type: 'range', min: -limit, max: limit, step,
                ariaLabel: names[i][1] });
            const strip = element(label, 'div', { className: 'strip', ariaHidden: 'true' });
            const along = rests => put(move.map((value, k) => k === i ? +input.value : value), rests);
            input.oninput = () => along(false);
            input.onchange = () => along(true);
            return { input, output, strip };
        });
        const buttons = element(root, 'div', { className: 'buttons' });
        for (const kind of ['shift', 'turn'])
            element(buttons, 'button', { type: 'button', textContent: `Smallest ${kind}`,
                title: `Show me the smallest ${kind} that changes the answer`,
                onclick: () => ask('smallest', kind) });
        element(buttons, 'button', { type: 'button', textContent: 'Put back',
            onclick: () => put([0, 0, 0], true, true) });
    }

    // Stretches of one answer, parted by lines where it flips
    function mark(strip, digits, before) {
        strip.replaceChildren();
        const last = digits.length - 1;
        for (let start = 0, end; start <= last; start = end) {
            for (end = start + 1; digits[end] === digits[start]; end++);
            const from = Math.max(0, start - .5) / last, to = Math.min(last, end - .5) / last;
            const part = element(strip, 'span', { textContent: digits[start] });
            part.classList.toggle('flipped', digits[start] !== before);
            Object.assign(part.style, { left: `${100 * from}%`, width: `${100 * (to - from)}%` });
        }
    }

    return {
        update(next, setState, setTrigger) {
            const other = state?.of !== next.of;
            state = next;
            send = setState;
            ask = setTrigger;
            if (!axes.length) controls();
            if (other) [move, waiting] = [[0, 0, 0], null];
            if (ink.src !== state.ink) ink.src = state.ink;
            words.textContent = state.words;
            state.strips?.forEach((digits, i) => mark(axes[i].strip, digits, state.before));
            if (state.acknowledged === waiting || other) waiting = null;
            if (other) place();
            else if (state.flip) put(state.flip, true, true);
            else if (waiting === null && `${move} ${rested}` !== sent && sent) tell(rested);
        },
        leave: () => layer.remove(),
    };
}
