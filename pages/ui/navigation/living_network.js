// Draws the strip: the image, maps of each block, ten outputs, and lines for what flows between.
// What is there already is changed in place, so that it moves from stroke to stroke.

const ROWS = 4, GAP = 3, CAPTION = 18; // maps in a column; pixels
const SWEEP = 2500; // milliseconds in which a filter slides over the digit

export default function ({ data, parentElement, setTriggerValue }) {
    const root = parentElement.querySelector('.living');
    const strip = JSON.parse(data.strip);
    const shape = JSON.stringify(
        [strip.leads_on, strip.stages.map(stage => [stage.side, stage.maps, stage.error])]);
    if (root.shape !== shape) build(root, strip, setTriggerValue);
    root.shape = shape;
    update(root, strip);
    root.watched ??= new ResizeObserver(() => place(root));
    root.watched.observe(root);
    return () => root.watched.disconnect();
}

function element(parent, name, properties = {}) {
    return parent.appendChild(Object.assign(document.createElement(name), properties));
}

function build(root, strip, send) {
    root.replaceChildren();
    root.setAttribute('role', 'group');
    const svg = root.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
    svg.setAttribute('aria-hidden', 'true');
    const leads = strip.leads_on;
    root.dataset.leadsOn = leads;
    const button = (stage, number, label, aim) => element(root, 'button', {
        type: 'button', ariaLabel: label + (leads ? `: see ${aim}` : ''),
        onclick: () => leads && send('clicked', [stage, number]) });
    const columns = [[button(-1, 0, 'The image', 'all layers')]];
    strip.stages.forEach((stage, number) => columns.push(stage.maps.map((map, i) => {
        if (stage.error) return element(root, 'div', { className: 'misfit' });
        const node = button(number, i, `${stage.caption}, map ${map}`, 'its arithmetic');
        node.onpointerenter = node.onfocus = () => slide(root, node, number, i);
        node.onpointerleave = node.onblur = () => stop(root);
        return node;
    })));
    columns.push([...Array(10).keys()].map(digit =>
        element(root, 'div', { className: 'digit', textContent: digit })));
    root.columns = columns;
    root.lines = columns.slice(1).map((to, gap) => columns[gap].map(() => to.map(() =>
        svg.appendChild(document.createElementNS(svg.namespaceURI, 'line')))));
    if (leads) element(root, 'button', { className: 'all', type: 'button',
        textContent: 'all layers →', onclick: () => send('clicked', [-1, 0]) });
    root.captions = columns.map(() => element(root, 'span', { className: 'caption' }));
    root.filter = element(root, 'div', { className: 'filter', hidden: true });
    place(root);
}

// The columns over the width; a block's maps in two of them
function place(root) {
    const width = root.clientWidth, height = root.clientHeight - CAPTION;
    const fits = (width - 90) / (2.6 * root.columns.length);
    const side = Math.max(12, Math.min(height / ROWS - GAP, fits));
    const wide = root.columns.map((column, i) => i === root.columns.length - 1 ? 24
        : i ? (column.length > ROWS ? 2 : 1) * (side + GAP) - GAP : Math.min(2.2 * side, height));
    const free = (width - wide.reduce((a, b) => a + b)) / (root.columns.length - 1);
    let left = 0;
    root.columns.forEach((column, i) => {
        const last = i === root.columns.length - 1;
        const size = last ? [24, height / 10 - 2] : i ? [side, side] : [wide[0], wide[0]];
        const rows = last ? 10 : Math.min(ROWS, column.length), pitch = size[1] + (last ? 2 : GAP);
        const top = (height - rows * pitch + (last ? 2 : GAP)) / 2;
        column.forEach((node, k) => {
            node.box = { x: left + Math.floor(k / rows) * (size[0] + GAP), y: top + k % rows * pitch,
                width: size[0], height: size[1] };
            const { x, y } = node.box;
            Object.assign(node.style, { left: `${x}px`, top: `${y}px`, width: `${size[0]}px`,
                height: `${size[1]}px` });
        });
        root.captions[i].classList.toggle('short', free < 120);
        root.captions[i].style.left = `${i ? left + wide[i] / 2 : 0}px`;
        left += wide[i] + free;
    });
    root.lines.forEach((gap, i) => gap.forEach((from, a) => from.forEach((line, b) => {
        const start = root.columns[i][a].box, end = root.columns[i + 1][b].box;
        const ends = { x1: start.x + start.width, y1: start.y + start.height / 2,
            x2: end.x, y2: end.y + end.height / 2 };
        for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value);
    })));
}

function update(root, strip) {
    root.strip = strip;
    root.ariaLabel = strip.label;
    root.classList.toggle('dim', strip.dim);
    root.querySelectorAll('button').forEach(button => { button.disabled = strip.dim; });
    const picture = (node, url, size, position) => Object.assign(node.style,
        { backgroundImage: `url(${url})`, backgroundSize: size, backgroundPosition: position });
    const [image, ...columns] = root.columns, outputs = columns.pop();
    picture(image[0], strip.image, '100% 100%', '0 0');
    const drawn = columns.filter((_, s) => !strip.stages[s].error); // what doesn't fit is the last
    drawn.forEach((column, s) => column.forEach((node, i) => picture(node, strip.stages[s].tiles,
        `100% ${100 * column.length}%`, `0 ${100 * i / Math.max(1, column.length - 1)}%`)));
    const best = Math.max(...strip.probabilities);
    outputs.forEach((node, digit) => {
        const share = strip.probabilities[digit];
        node.style.setProperty('--share', strip.dim ? 0 : share * 0.6);
        node.classList.toggle('best', !strip.dim && share === best && share >= 0.5);
    });
    root.captions.forEach((caption, i) => {
        const [name, count] = (i ? strip.stages[i - 1]?.caption ?? '' : 'image').split(': ');
        caption.textContent = name;
        if (count) element(caption, 'span', { textContent: `: ${count}` });
        caption.classList.toggle('misfit', Boolean(strip.stages[i - 1]?.error));
    });
    root.lines.forEach((gap, i) => gap.forEach((from, a) => from.forEach((line, b) => {
        const value = strip.lines[i][a][b], size = Math.abs(value);
        line.setAttribute('class', value < 0 ? 'against' : 'for');
        line.style.strokeWidth = 0.4 + 4 * size;
        line.style.opacity = 0.08 + 0.75 * size;
    })));
}

// A box beside the map: the part of the image that a value sees, and the map that comes of it
async function slide(root, node, number, i) {
    if (root.strip.dim) return;
    const { image, stages } = root.strip, { side, fields, tiles, caption, maps } = stages[number];
    const [digit, map] = await Promise.all([image, tiles].map(load));
    const box = root.filter, turn = (root.turn ?? 0) + 1;
    root.turn = turn;
    if (!node.matches(':hover, :focus')) return;
    box.replaceChildren();
    const [seen, made] = [280, side].map(size => element(box, 'canvas', { width: size, height: size }));
    const words = `Map ${maps[i]} of ${caption.split(':')[0]}. The frame is what one of its pixels sees.`;
    element(box, 'div', { textContent: words });
    box.hidden = false;
    const middle = node.box.x + node.box.width / 2 - box.offsetWidth / 2;
    box.style.left = `${Math.max(0, Math.min(root.clientWidth - box.offsetWidth, middle))}px`;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches, started = performance.now();
    const pen = seen.getContext('2d'), brush = made.getContext('2d');
    pen.imageSmoothingEnabled = false;
    const frame = now => {
        if (root.turn !== turn || !box.isConnected) return;
        const share = still ? 1 : Math.min(1, Math.max(0, now - started) / SWEEP);
        const place = Math.min(side * side - 1, Math.floor(share * side * side));
        const row = Math.floor(place / side), column = place % side;
        pen.drawImage(digit, 0, 0, 280, 280);
        brush.clearRect(0, 0, side, side);
        const copy = (y, rows, columns) => brush.drawImage(
            map, 0, i * side + y, columns, rows, 0, y, columns, rows);
        if (row) copy(0, row, side);
        copy(row, 1, column + 1);
        pen.strokeStyle = '#ff8f0f';
        pen.lineWidth = 5;
        const [top, bottom] = fields[row], [left, right] = fields[column];
        pen.strokeRect(10 * left, 10 * top, 10 * (right - left), 10 * (bottom - top));
        if (share < 1) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}

function stop(root) {
    root.turn = (root.turn ?? 0) + 1;
    root.filter.hidden = true;
}

async function load(url) {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    return picture;
}
