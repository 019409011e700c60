// What is marked on a chart: below zero, the hours to come, now, limits, alerts, squeezed prices, the newest price.

import { highLimit, priceText, priceTone, shortText } from "../market/format.js";
import { fontSize, isNarrow, token } from "./chart_colours.js";
import { dot } from "./chart_dots.js";
import { peaksBeyond, spacedOut } from "./chart_series.js";

/** @import { Pixel, Scene, Squeeze, StepChart } from "./types.js" */
/** @import { Span, Tone } from "../live/types.js" */

const WORDS_PX = 64;
const WORDS_SQUEEZED_PX = 150;
const NUMBER_PX = 26;
/** @type {Partial<Record<Tone, string>>} */
const COLOURS = { negative: "neg", high: "high" };

/** @typedef {{ align?: CanvasTextAlign, colour?: string, isBold?: boolean }} WordStyle */

export const marks = {
  id: "marks",
  beforeDatasetsDraw(/** @type {StepChart} */ chart) {
    if (chart.scene) draw(chart, chart.scene, behind);
  },
  afterDatasetsDraw(/** @type {StepChart} */ chart) {
    if (chart.scene) draw(chart, chart.scene, over);
  },
};

/** @type {(chart: StepChart, scene: Scene, how: (chart: StepChart, scene: Scene) => void) => void} */
function draw(chart, scene, how) {
  chart.ctx.save();
  how(chart, scene);
  chart.ctx.restore();
}

/** @type {(chart: StepChart, scene: Scene) => void} */
function behind(chart, scene) {
  const { axis, now } = scene;
  if (axis.min < 0) box(chart, "neg-fill", chart.chartArea.left, axis.min, 0);
  box(chart, "spread", atTime(chart, now), axis.min, axis.max);
  if (axis.above) squeeze(chart, scene, axis.above, axis.max, "above", -9);
  if (axis.below) squeeze(chart, scene, axis.below, axis.min, "below", 9);
}

/** @type {(chart: StepChart, scene: Scene) => void} */
function over(chart, scene) {
  const { top, bottom } = chart.chartArea;
  const now = atTime(chart, scene.now);
  line(chart, "ink", [3, 3], [now, top], [now, bottom], 1);
  for (const limit of scene.limits) level(chart, limit > 0 ? "high" : "neg", [2, 5], scene.place(limit));
  nowWord(chart, scene);
  flags(chart, scene);
  numbers(chart, scene);
  newest(chart, scene);
}

/** @type {(chart: StepChart, ms: number) => number} */
function atTime({ scales }, ms) {
  return scales.x.getPixelForValue(ms);
}

/** @type {(chart: StepChart, drawn: number) => number} */
function atPrice({ scales }, drawn) {
  return scales.y.getPixelForValue(drawn);
}

/**
 * From a pixel on the left to the right edge, between two values of the axis.
 * @type {(chart: StepChart, colour: string, left: number, low: number, high: number) => void}
 */
function box(chart, colour, left, low, high) {
  const [top, bottom] = [atPrice(chart, high), atPrice(chart, low)];
  chart.ctx.fillStyle = token(colour);
  chart.ctx.fillRect(left, top, chart.chartArea.right - left, bottom - top);
}

/** @type {(chart: StepChart, colour: string, dash: number[], from: Pixel, to: Pixel, width?: number) => void} */
function line({ ctx }, colour, dash, from, to, width = 1.5) {
  Object.assign(ctx, { strokeStyle: token(colour), lineWidth: width });
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** @type {(chart: StepChart, colour: string, dash: number[], drawn: number) => void} */
function level(chart, colour, dash, drawn) {
  const { left, right } = chart.chartArea;
  line(chart, colour, dash, [left, atPrice(chart, drawn)], [right, atPrice(chart, drawn)]);
}

/**
 * On a ground of the panel's colour where it must be read over lines.
 * @type {(chart: StepChart, text: string, x: number, y: number, style?: WordStyle) => void}
 */
function words(chart, text, x, y, { align = "center", colour = "dim", isBold = false } = {}) {
  const { ctx } = chart;
  Object.assign(ctx, {
    font: `${isBold ? "bold" : "normal"} ${fontSize(chart)}px ${Chart.defaults.font.family}`,
    textAlign: align,
    textBaseline: "middle",
  });
  if (isBold) ground(chart, ctx.measureText(text).width + 2, x, y);
  ctx.fillStyle = token(colour);
  ctx.fillText(text, x, y);
}

/** @type {(chart: StepChart, width: number, x: number, y: number) => void} */
function ground(chart, width, x, y) {
  const height = fontSize(chart) + 4;
  chart.ctx.fillStyle = token("panel");
  chart.ctx.fillRect(x - width / 2, y - height / 2, width, height);
}

/** @type {(chart: StepChart, span: Span, ms: number) => number} */
function pixels(chart, { start, end }, ms) {
  return (ms / (end - start)) * chart.width;
}

/**
 * Where prices are squeezed: a dashed edge, and words that say so,
 * in the hours to come where there are enough of them.
 * @type {(chart: StepChart, scene: Scene, squeeze: Squeeze, to: number, word: string, away: number) => void}
 */
function squeeze(chart, { span, now }, { from }, to, word, away) {
  const { left, right } = chart.chartArea;
  box(chart, "squeezed", left, Math.min(from, to), Math.max(from, to));
  level(chart, "axis", [8, 3, 2, 3], from);
  const isRight = pixels(chart, span, span.end - now) > WORDS_SQUEEZED_PX;
  words(chart, `squeezed ${word} ${shortText(from)}`, isRight ? right - 3 : left + 3, atPrice(chart, from) + away, {
    align: isRight ? "right" : "left",
  });
}

/**
 * Beside its line where there is room, and not where the newest price is drawn.
 * @type {(chart: StepChart, scene: Scene) => void}
 */
function nowWord(chart, { span, axis, now, rt, place }) {
  const isRight = !isNarrow(chart) && pixels(chart, span, span.end - now) >= 60;
  const price = rt.at(-1);
  const isLow = price && place(price.lmp) < (axis.min + axis.max) / 2;
  const y = isLow ? atPrice(chart, axis.max) + 10 : atPrice(chart, axis.min) - 10;
  words(chart, "now", atTime(chart, now) + (isRight ? 18 : -16), y);
}

/** @type {(chart: StepChart, scene: Scene) => number} */
function apart(chart, { span }) {
  return ((span.end - span.start) * WORDS_PX) / chart.width;
}

/**
 * Above the plot, where no price is drawn over them; beside a squeezed price's number the dot alone says it.
 * @type {(chart: StepChart, scene: Scene) => void}
 */
function flags(chart, scene) {
  const [far, peaks] = [apart(chart, scene), peaksBeyond(scene.rt, scene.axis)];
  const free = scene.alerts.filter((alert) => peaks.every(({ at }) => Math.abs(at - alert.at) > far));
  for (const { at, price } of spacedOut(free, far))
    words(chart, `⚑ ${shortText(Math.round(price))}`, atTime(chart, at), chart.chartArea.top - 9, { colour: "ink" });
}

/** The number at a price that the axis squeezes. @type {(chart: StepChart, scene: Scene) => void} */
function numbers(chart, scene) {
  for (const { at, price } of spacedOut(peaksBeyond(scene.rt, scene.axis), apart(chart, scene))) {
    const [right, down] = besides(chart, scene, at, price.lmp);
    words(chart, priceText(price.lmp), atTime(chart, at) + right, atPrice(chart, scene.place(price.lmp)) + down, {
      colour: "ink",
      isBold: true,
    });
  }
}

/**
 * Pixels to the right and down: above a high price and below a low one; where the axis is too near, beside it.
 * @type {(chart: StepChart, scene: Scene, at: number, lmp: number) => Pixel}
 */
function besides(chart, { span, axis, place }, at, lmp) {
  if (lmp > 0) return [0, -11];
  if (((place(lmp) - axis.min) / (axis.max - axis.min)) * chart.height > NUMBER_PX) return [0, 11];
  return [pixels(chart, span, at - span.start) > 2 * WORDS_PX ? -WORDS_PX : WORDS_PX, -6];
}

/** @type {(chart: StepChart, scene: Scene) => void} */
function newest(chart, { rt, thresholds, place }) {
  const price = rt.at(-1);
  if (!price) return;
  const colour = token(COLOURS[priceTone(price.lmp, highLimit(thresholds, "RTM"))] ?? "rt");
  chart.ctx.lineWidth = 1.5;
  dot(chart.ctx, [atTime(chart, price.end), atPrice(chart, place(price.lmp))], 5, colour, token("panel"));
}
