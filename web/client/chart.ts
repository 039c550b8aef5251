// SPDX-License-Identifier: EUPL-1.2
// A cursor in the chart, for pointer and arrow keys. The values come from the table behind it.

import { afterRefresh } from './refresh';
import { text } from './texts';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 220; // CHART_HEIGHT of src/render/svg_chart.h

interface Point {
  x: number; // share of the width
  y: number; // share of the height, from below
  words: string;
}

export function chart(): void {
  enhance();
  afterRefresh.push(enhance);
}

function pointsOf(part: Element): Point[] {
  const rows = [...part.querySelectorAll<HTMLTableRowElement>('tr[data-x]')].reverse();
  return rows.map((row) => ({
    x: Number(row.dataset.x) / 1000,
    y: Number(row.dataset.y) / 1000,
    words: `${row.cells[0]?.textContent ?? ''}: ${row.cells[1]?.textContent ?? ''}`,
  }));
}

function enhance(): void {
  const part = document.querySelector('[data-part="chart"]');
  const figure = part?.querySelector<HTMLElement>('[data-chart]');
  const plot = figure?.querySelector<SVGSVGElement>('.chart-plot');
  if (!part || !figure || !plot || figure.dataset.ready) return;
  const points = pointsOf(part);
  if (points.length === 0) return;
  figure.dataset.ready = 'yes';
  follow(figure, plot, points);
}

function follow(figure: HTMLElement, plot: SVGSVGElement, points: Point[]): void {
  const line = document.createElementNS(SVG, 'line');
  const dot = document.createElementNS(SVG, 'circle');
  line.setAttribute('class', 'cursor-line');
  dot.setAttribute('class', 'cursor-dot');
  dot.setAttribute('r', '5');
  const said = document.createElement('p');
  said.className = 'chart-said';
  said.setAttribute('aria-live', 'polite');
  figure.append(said);
  plot.setAttribute('tabindex', '0');
  plot.setAttribute('aria-description', text('client.chart.help'));
  let at = points.length;

  const go = (to: number): void => {
    at = Math.min(Math.max(to, 0), points.length - 1);
    const p = points[at];
    if (!p) return;
    const x = `${p.x * 100}%`;
    const y = String(HEIGHT * (1 - p.y));
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: '0', y2: String(HEIGHT) })) line.setAttribute(name, value);
    dot.setAttribute('cx', x);
    dot.setAttribute('cy', y);
    if (!line.isConnected) plot.append(line, dot);
    say(said, p.words);
  };
  const leave = (): void => {
    line.remove();
    dot.remove();
    say(said, '');
  };

  plot.addEventListener('keydown', (e) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 }[e.key];
    if (e.key === 'Escape') leave();
    if (to === undefined) return;
    e.preventDefault();
    go(to);
  });
  plot.addEventListener('pointermove', (e) => {
    const box = plot.getBoundingClientRect();
    go(nearest(points, (e.clientX - box.left) / box.width));
  });
  plot.addEventListener('pointerleave', leave);
  plot.addEventListener('blur', leave);
}

function nearest(points: Point[], x: number): number {
  let best = 0;
  points.forEach((p, i) => {
    if (Math.abs(p.x - x) < Math.abs((points[best]?.x ?? 0) - x)) best = i;
  });
  return best;
}

// Seen at once, spoken at most once a second.
let spoken = 0;
function say(at: HTMLElement, words: string): void {
  const now = Date.now();
  at.setAttribute('aria-live', now - spoken >= 1000 ? 'polite' : 'off');
  if (now - spoken >= 1000) spoken = now;
  at.textContent = words;
}
