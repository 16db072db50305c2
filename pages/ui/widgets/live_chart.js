// Redrawn only where it is in sight, and in an animation frame, of which a hidden tab has none.
// `force-cache`: the address names the version, so a browser asks for it once. An axis keeps its
// zoom until it has another `uirevision` (or, without one, another range), or the chart shows
// something else.
let plotly;

const load = path => plotly ??= fetch(new URL(path, document.baseURI), { cache: 'force-cache' })
    .then(response => {
        if (!response.ok) throw new Error(`plotly.js: ${response.status}`);
        return response.text();
    })
    .then(source => new Promise((resolve, reject) => {
        const script = document.createElement('script');
        script.src = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
        script.onload = () => resolve(window.Plotly);
        script.onerror = () => reject(new Error('plotly.js could not be run'));
        document.head.append(script);
    }))
    .catch(error => {
        plotly = undefined;
        throw error;
    });

// Plotly drops a visitor's zoom where the range that it is given changes: it gets the one before
const keepZoom = (chart, name, axis) => {
    axis.uirevision = `${axis.uirevision ?? axis.range} ${chart.ariaLabel}`;
    const given = (chart.given ??= {})[name];
    const isZoomed = given && `${chart.layout[name].range}` !== `${given.range}`;
    if (isZoomed && given.uirevision === axis.uirevision) axis.range = [...given.range];
    chart.given[name] = { range: [...axis.range], uirevision: axis.uirevision };
};

const draw = (Plotly, chart) => {
    if ((chart.drawn && !chart.isSeen) || !chart.clientWidth) return;
    const style = getComputedStyle(chart);
    const drawn = [chart.figure, chart.clientWidth, style.color, style.fontFamily].join();
    if (chart.drawn === drawn) return;
    chart.drawn = drawn;
    const { data, layout } = JSON.parse(chart.figure);
    layout.font = { family: style.fontFamily, color: style.color, size: 12 };
    layout.hoverlabel = { font: { family: style.fontFamily } };
    layout.width = chart.clientWidth;
    layout.uirevision = chart.ariaLabel;
    for (const name of ['xaxis', 'yaxis']) keepZoom(chart, name, layout[name]);
    Plotly.react(chart, data, layout, { displayModeBar: false });
};

const observe = (Plotly, chart) => {
    chart.redraw = () => {
        cancelAnimationFrame(chart.frame);
        chart.frame = requestAnimationFrame(() => draw(Plotly, chart));
    };
    const onSight = entries => {
        chart.isSeen = entries.at(-1).isIntersecting;
        chart.redraw();
    };
    chart.observers = [new ResizeObserver(chart.redraw), new IntersectionObserver(onSight)];
    chart.observers.forEach(observer => observer.observe(chart));
};

export default async function ({ data, parentElement }) {
    const chart = parentElement.querySelector('.live-chart');
    chart.figure = data.figure;
    chart.style.height = `${data.height}px`;
    chart.setAttribute('aria-label', data.alt);
    const Plotly = await load(data.plotly_js);
    if (!chart.redraw) observe(Plotly, chart);
    chart.redraw();
    return () => {
        if (chart.isConnected) return;  // another tick has come in between
        cancelAnimationFrame(chart.frame);
        chart.observers.forEach(observer => observer.disconnect());
        Plotly.purge(chart);
    };
}
