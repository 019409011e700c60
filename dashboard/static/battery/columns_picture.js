// Columns as a picture: series beside each other, from zero up or down, as the server's template
// dashboard/_columns_picture.html draws them.

import { usdText } from "./what_if_words.js";

/** @import { Column } from "./what_if_words.js" */

const SVG = "http://www.w3.org/2000/svg";
const STEPS = [1, 2, 2.5, 5, 10];
const ABOUT = 4;
/** Of dollars. @type {[number, string][]} */
const UNITS = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];
// Letters of a label, and how many labels there are.
const [SHORT, FEW, SOME] = [4, 4, 6];
// The widest a bar is, in per cent of the picture.
const WIDEST = 4;

/** @type {(name: string, attributes: Record<string, string | number>, ...children: (Node | string)[]) => SVGElement} */
function shape(name, attributes, ...children) {
  const made = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** Round ends that hold 0 and all values, and the lines between. @type {(values: number[]) => number[]} */
export function ticksOf(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const least = (high - low) / ABOUT || 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * (STEPS.find((one) => one * power >= least * 0.999) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

/** @type {(title: string, series: string[], columns: Column[]) => Element} */
export function columnsPicture(title, series, columns) {
  const ticks = ticksOf(columns.flatMap(({ values }) => values.filter((value) => value !== null)));
  const [low, high] = [ticks[0], ticks[ticks.length - 1]];
  const down = (/** @type {number} */ value) => (100 * (high - value)) / (high - low);
  const lines = ticks.map((tick) => line(down(tick), "rule"));
  const places = columns.map((column, nth) => place(column, nth, columns.length, series, down));
  const plot = shape("svg", { class: "plot", role: "img", "aria-label": title }, ...lines, ...places);
  plot.append(line(down(0), "zero"));
  const labels = ticks.map((tick) => shape("text", { x: 4, y: `${down(tick)}%`, dy: "0.35em" }, tickText(tick)));
  const names = columns.map(({ label }, nth) => name(label, nth, columns.length));
  const box = document.createElement("div");
  box.className = "columns-chart";
  box.append(plot, shape("svg", { class: "scale", "aria-hidden": "true" }, ...labels));
  box.append(shape("svg", { class: "hours", "aria-hidden": "true" }, ...names));
  return box;
}

/** "$250", "−$20k", "$1.5M": beside a picture there is little room. @type {(tick: number) => string} */
function tickText(tick) {
  const [one, unit] = UNITS.find(([least]) => Math.abs(tick) >= least) ?? [1, ""];
  const digits = (Math.abs(tick) / one).toLocaleString("en-US", { maximumFractionDigits: 2 });
  return `${tick < 0 ? "−" : ""}$${digits}${unit}`;
}

/** @type {(y: number, kind: string) => SVGElement} */
function line(y, kind) {
  return shape("line", { class: kind, x1: 0, x2: "100%", y1: `${y}%`, y2: `${y}%` });
}

/** @type {(label: string, nth: number, count: number) => SVGElement} */
function name(label, nth, count) {
  const isLong = label.length > SHORT;
  const every = Math.max(1, isLong ? Math.ceil(count / FEW) : Math.floor(count / SOME));
  const rank = nth % every === 0 ? "major" : isLong ? "unmarked" : "minor";
  return shape("text", { class: rank, x: `${(100 * (nth + 0.5)) / count}%`, y: 14, "text-anchor": "middle" }, label);
}

/**
 * @type {(column: Column, nth: number, count: number, series: string[], down: (value: number) => number) => SVGElement}
 */
function place({ label, values }, nth, count, series, down) {
  const width = 100 / count;
  const wide = Math.min(width / (series.length + 0.6), WIDEST);
  const first = (nth + 0.5) * width - (series.length * wide) / 2;
  const said = series.map((one, which) => `${one} ${usdText(values[which])}`).join(", ");
  const band = { class: "hour", x: `${nth * width}%`, y: 0, width: `${width}%`, height: "100%" };
  const bars = values.flatMap((value, which) =>
    value === null ? [] : [bar(which, first + which * wide, wide, down(value), down(0))],
  );
  return shape("g", {}, shape("title", {}, `${label}: ${said}`), shape("rect", band), ...bars);
}

/** @type {(which: number, x: number, width: number, y: number, zero: number) => SVGElement} */
function bar(which, x, width, y, zero) {
  const [top, height] = [Math.min(y, zero), Math.abs(y - zero)];
  const at = { x: `${x}%`, y: `${top}%`, width: `${width}%`, height: `${height}%` };
  return shape("rect", { class: `series-${which}`, ...at });
}
