// What is marked on a chart: below zero, the hours to come, now, limits, alerts, squeezed prices, the newest price.

import { fontSize, isNarrow, token } from "./chart_colours.js";
import { peaksBeyond, spacedOut } from "./chart_series.js";
import { highLimit, priceText, priceTone, shortText } from "./format.js";

const BEHIND = "beforeDatasetsDraw";
const FREE = { adjustScaleRange: false };
const WORDS_PX = 64;
const WORDS_SQUEEZED_PX = 150;
const NUMBER_PX = 26;

/** The annotations of a scene, by name. */
export function marks(chart, scene) {
  return { ...belowZero(scene), ...toCome(chart, scene), ...squeezes(chart, scene), ...limitLines(scene), ...flags(chart, scene),
    ...peaks(chart, scene), ...newest(scene) };
}

function words(chart, content, more) {
  return { display: true, content, color: token("dim"), backgroundColor: "transparent", padding: 2, font: { size: fontSize(chart), weight: "normal" }, ...more };
}

function label(chart, xValue, yValue, content, more) {
  return { type: "label", xValue, yValue, ...FREE, ...words(chart, content, more) };
}

function line(colour, ends, more) {
  return { type: "line", borderColor: token(colour), borderWidth: 1.5, ...ends, ...FREE, ...more };
}

function box(colour, sides) {
  return { type: "box", backgroundColor: token(colour), borderWidth: 0, drawTime: BEHIND, ...sides };
}

function belowZero({ axis }) {
  return axis.min < 0 ? { belowZero: box("neg-fill", { yMin: axis.min, yMax: 0 }) } : {};
}

function pixels(chart, { start, end }, ms) {
  return (ms / (end - start)) * chart.width;
}

function toCome(chart, scene) {
  const { span, now } = scene;
  return {
    toCome: box("spread", { xMin: now, xMax: span.end }),
    now: line("ink", { xMin: now, xMax: now }, { borderWidth: 1, borderDash: [3, 3] }),
    nowWord: nowWord(chart, scene),
  };
}

/** Beside its line where there is room, and not where the newest price is drawn. */
function nowWord(chart, { span, axis, now, rt, place }) {
  const xAdjust = isNarrow(chart) || pixels(chart, span, span.end - now) < 60 ? -16 : 18;
  const newest = rt.at(-1);
  const isLow = newest && place(newest.lmp) < (axis.min + axis.max) / 2;
  return label(chart, now, isLow ? axis.max : axis.min, "now", { xAdjust, yAdjust: isLow ? 10 : -10 });
}

/** Where prices are squeezed: a dashed edge, and words that say so, in the hours to come where there are enough of them. */
function squeezes(chart, { span, axis, now }) {
  const x = pixels(chart, span, span.end - now) > WORDS_SQUEEZED_PX ? "end" : "start";
  const edge = ({ from }) => line("axis", { yMin: from, yMax: from }, { borderDash: [8, 3, 2, 3], drawTime: BEHIND });
  const band = ({ from }, yMax, word, y) => ({
    ...box("squeezed", { yMin: from, yMax }), label: words(chart, `squeezed ${word} ${shortText(from)}`, { position: { x, y } }),
  });
  return {
    ...(axis.above ? { above: band(axis.above, axis.max, "above", "end"), aboveEdge: edge(axis.above) } : {}),
    ...(axis.below ? { below: band(axis.below, axis.min, "below", "start"), belowEdge: edge(axis.below) } : {}),
  };
}

function limitLines({ limits, place }) {
  const at = (limit) => ({ yMin: place(limit), yMax: place(limit) });
  return Object.fromEntries(limits.map((limit) => [`limit${limit}`, line(limit > 0 ? "high" : "neg", at(limit), { borderDash: [2, 5] })]));
}

function apart(chart, { span }) {
  return ((span.end - span.start) * WORDS_PX) / chart.width;
}

/** Above the plot, where no price is drawn over them; beside a squeezed price's number the dot alone says it. */
function flags(chart, scene) {
  const [far, numbers] = [apart(chart, scene), peaksBeyond(scene.rt, scene.axis)];
  const free = scene.alerts.filter((alert) => numbers.every(({ at }) => Math.abs(at - alert.at) > far));
  const flag = ({ at, price }) => label(chart, at, scene.axis.max, `⚑ ${shortText(Math.round(price))}`, { color: token("ink"), yAdjust: -9 });
  return Object.fromEntries(spacedOut(free, far).map((found) => [`flag${found.alert.alert_id}`, flag(found)]));
}

/** The number at a price that the axis squeezes. */
function peaks(chart, scene) {
  const look = { color: token("ink"), backgroundColor: token("panel"), padding: 1, font: { size: fontSize(chart), weight: "bold" } };
  const number = ({ at, price: { lmp } }) => label(chart, at, scene.place(lmp), priceText(lmp), { ...look, ...besides(chart, scene, at, lmp) });
  const labelled = spacedOut(peaksBeyond(scene.rt, scene.axis), apart(chart, scene));
  return Object.fromEntries(labelled.map((peak) => [`peak${peak.price.start}`, number(peak)]));
}

/** Above a high price and below a low one; where the axis is too near, beside it. */
function besides(chart, { span, axis, place }, at, lmp) {
  if (lmp > 0) return { yAdjust: -11 };
  if (((place(lmp) - axis.min) / (axis.max - axis.min)) * chart.height > NUMBER_PX) return { yAdjust: 11 };
  return { yAdjust: -6, xAdjust: pixels(chart, span, at - span.start) > 2 * WORDS_PX ? -WORDS_PX : WORDS_PX };
}

function newest({ rt, thresholds, place }) {
  const price = rt.at(-1);
  if (!price) return {};
  const colour = token({ negative: "neg", high: "high" }[priceTone(price.lmp, highLimit(thresholds, "RTM"))] ?? "rt");
  const look = { radius: 5, backgroundColor: colour, borderColor: token("panel"), borderWidth: 1.5 };
  return { newest: { type: "point", xValue: price.end, yValue: place(price.lmp), ...look, ...FREE } };
}
