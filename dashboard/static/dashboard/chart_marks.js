// What is marked on a chart: below zero, the hours to come, now, limits, alerts, squeezed prices, the newest price.

import { fontSize, isNarrow, token } from "./chart_colours.js";
import { peaksBeyond, spacedOut } from "./chart_series.js";
import { highLimit, priceText, priceTone, shortText } from "./format.js";

const BEHIND = "beforeDatasetsDraw";
const WORDS_PX = 64;

/** The annotations of a scene, by name. */
export function marks(chart, scene) {
  return { ...belowZero(scene), ...toCome(chart, scene), ...squeezes(chart, scene), ...limitLines(scene), ...flags(chart, scene),
    ...peaks(chart, scene), ...newest(scene) };
}

function words(chart, content, more) {
  return { display: true, content, color: token("dim"), backgroundColor: "transparent", padding: 2, font: { size: fontSize(chart), weight: "normal" }, ...more };
}

function box(colour, sides) {
  return { type: "box", backgroundColor: token(colour), borderWidth: 0, drawTime: BEHIND, ...sides };
}

function belowZero({ axis }) {
  return axis.min < 0 ? { belowZero: box("neg-fill", { yMin: axis.min, yMax: 0 }) } : {};
}

function toCome(chart, { span, now }) {
  return {
    toCome: box("spread", { xMin: now, xMax: span.end }),
    now: { type: "line", xMin: now, xMax: now, borderColor: token("ink"), borderWidth: 1, borderDash: [3, 3] },
    nowWord: { type: "label", xValue: now, yValue: ({ chart: { scales } }) => scales.y.min, xAdjust: isNarrow(chart) ? -16 : 18, yAdjust: -10, adjustScaleRange: false,
      ...words(chart, "now") },
  };
}

/** Where prices are squeezed: a dashed edge, and words that say so, in the hours to come where there are enough of them. */
function squeezes(chart, { span, axis, now }) {
  const side = span.end - now > (span.end - span.start) / 5 ? "end" : "start";
  const band = (squeeze, word) => ({ ...box("squeezed", { yMin: squeeze.from, yMax: squeeze.to > squeeze.from ? axis.max : axis.min }),
    label: words(chart, `squeezed ${word} ${shortText(squeeze.from)}`, { position: { x: side, y: squeeze.to > squeeze.from ? "end" : "start" } }) });
  const edge = (squeeze) => ({ type: "line", yMin: squeeze.from, yMax: squeeze.from, xMin: span.start, xMax: span.end, borderColor: token("axis"), borderWidth: 1.5, borderDash: [8, 3, 2, 3], drawTime: BEHIND });
  return {
    ...(axis.above ? { above: band(axis.above, "above"), aboveEdge: edge(axis.above) } : {}),
    ...(axis.below ? { below: band(axis.below, "below"), belowEdge: edge(axis.below) } : {}),
  };
}

function limitLines({ limits, place }) {
  return Object.fromEntries(limits.map((limit) => [`limit${limit}`, {
    type: "line", yMin: place(limit), yMax: place(limit), borderColor: token(limit > 0 ? "high" : "neg"), borderWidth: 1.5, borderDash: [2, 5], adjustScaleRange: false,
  }]));
}

function apart(chart, { span }) {
  return ((span.end - span.start) * WORDS_PX) / chart.width;
}

/** Above the plot, where no price is drawn over them; beside a squeezed price's number the dot alone says it. */
function flags(chart, scene) {
  const [far, numbers] = [apart(chart, scene), peaksBeyond(scene.rt, scene.axis)];
  const free = scene.alerts.filter((alert) => numbers.every(({ at }) => Math.abs(at - alert.at) > far));
  return Object.fromEntries(spacedOut(free, far).map(({ at, price, alert }) => [`flag${alert.alert_id}`, {
    type: "label", xValue: at, yValue: scene.axis.max, yAdjust: -9, adjustScaleRange: false, ...words(chart, `⚑ ${shortText(Math.round(price))}`, { color: token("ink") }),
  }]));
}

/** The number at a price that the axis squeezes. */
function peaks(chart, scene) {
  return Object.fromEntries(spacedOut(peaksBeyond(scene.rt, scene.axis), apart(chart, scene)).map(({ at, price }) => [`peak${price.start}`, {
    type: "label", xValue: at, yValue: scene.place(price.lmp), yAdjust: price.lmp > 0 ? -11 : 11, adjustScaleRange: false,
    ...words(chart, priceText(price.lmp), { color: token("ink"), backgroundColor: token("panel"), padding: 1, font: { size: fontSize(chart), weight: "bold" } }),
  }]));
}

function newest({ rt, thresholds, place }) {
  const price = rt.at(-1);
  if (!price) return {};
  const colour = token({ negative: "neg", high: "high" }[priceTone(price.lmp, highLimit(thresholds, "RTM"))] ?? "rt");
  return { newest: { type: "point", xValue: price.end, yValue: place(price.lmp), radius: 5, backgroundColor: colour, borderColor: token("panel"), borderWidth: 1.5, adjustScaleRange: false } };
}
