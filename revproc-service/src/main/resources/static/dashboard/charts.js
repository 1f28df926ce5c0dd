// Charts by uPlot.
import uPlot from '../webjars/uplot/dist/uPlot.esm.js';
import { clock } from './format.js';

const plots = new Set();
const palette = {};

/** Reads the colours of the theme from the style sheet; again after it has changed. */
export function recolour() {
  const probe = document.createElement('i');
  document.body.append(probe);
  for (const name of ['accent', 'bad', 'muted', 'line']) {
    probe.className = `colour-${name}`;
    palette[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  for (const plot of plots) plot.redraw();
}

const soft = colour => colour.replace(/^rgba?\(([^)]*)\)$/, (_, c) => `rgba(${c.split(/[ ,]+/).slice(0, 3).join(', ')}, 0.16)`);
const line = (name, fill) => ({ stroke: () => palette[name], fill: fill ? () => soft(palette[name]) : undefined, width: 1.5, points: { show: false } });

/** A line without axes. Returns {data(times, values), destroy()}. */
export function spark(element, width, height) {
  return plot(element, {
    width, height, padding: [2, 0, 2, 0], cursor: { show: false }, legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: true }, y: { range: (_, min, max) => [0, Math.max(1, max ?? 1)] } },
    series: [{}, line('accent', true)],
  });
}

/** A chart that fills its element's width. Lines: [[colour, filled]…]; unit(value) writes a value. */
export function chart(element, lines, unit) {
  const height = parseFloat(getComputedStyle(element).height) || 120;
  const axis = () => ({
    stroke: () => palette.muted, grid: { stroke: () => palette.line, width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif',
  });
  const made = plot(element, {
    width: element.clientWidth || 300, height, legend: { show: false }, padding: [8, 30, 0, 0],
    cursor: { y: false, points: { size: 6 } },
    axes: [{ ...axis(), space: 90, size: 32, gap: 8, values: (_, at) => at.map(each => clock(each * 1000)) }, { ...axis(), size: 58, space: 28, values: (_, at) => at.map(unit) }],
    scales: { x: { time: true }, y: { range: (_, min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    series: [{}, ...lines.map(([name, fill]) => line(name, fill))],
  });
  const resized = new ResizeObserver(() => made.width(element.clientWidth));
  resized.observe(element);
  return { ...made, destroy: () => { resized.disconnect(); made.destroy(); } };
}

function plot(element, options) {
  const made = new uPlot(options, options.series.map(() => []), element);
  made.root.setAttribute('aria-hidden', 'true');
  plots.add(made);
  return {
    data: (...rows) => made.setData(rows),
    width: width => { if (width > 0 && width !== made.width) made.setSize({ width, height: options.height }); },
    destroy: () => { plots.delete(made); made.destroy(); },
  };
}
