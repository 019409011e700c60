// What is marked on a chart: below zero, the hours to come, now, limits, alerts, compressed prices, the newest price.

import { highLimit, priceText, priceTone, shortText } from "../market/format.js";
import { token } from "./chart_colours.js";
import { peaksBeyond, spacedOut } from "./chart_series.js";
import { placesApart } from "./label_places.js";
import { box, dot, level, line, words } from "./pane.js";

/** @import { Pane, Peak, Scene, Squeeze } from "./types.js" */
/** @import { HeldPrice, Span, Tone } from "../live/types.js" */

const WORDS_PX = 64;
const WORDS_SQUEEZED_PX = 190;
const NUMBER_PX = 26;
/** @type {Partial<Record<Tone, string>>} */
const COLOURS = { negative: "neg", high: "high" };

/** Under the lines. @type {(pane: Pane, scene: Scene) => void} */
export function drawBehind(pane, scene) {
  const { axis, now } = scene;
  if (axis.min < 0) box(pane, "neg-fill", pane.left, pane.right, axis.min, Math.min(0, axis.max));
  box(pane, "spread", pane.x(now), pane.right, axis.min, axis.max);
  for (const { at, isMidnight } of scene.times)
    if (isMidnight) line(pane, "line", [], [pane.x(at), pane.top], [pane.x(at), pane.bottom], 1);
  if (axis.min < 0 && axis.max > 0) level(pane, "axis", [], 0);
  if (axis.above) squeeze(pane, scene, axis.above, axis.max, "above", -9);
  if (axis.below) squeeze(pane, scene, axis.below, axis.min, "below", 9);
  for (const { limit } of scene.limits) level(pane, limit > 0 ? "high" : "neg", [2, 5], scene.place(limit));
}

/** Over the lines. @type {(pane: Pane, scene: Scene) => void} */
export function drawOver(pane, scene) {
  limitNames(pane, scene);
  if (isIn(scene.now, scene.span)) now(pane, scene);
  flags(pane, scene);
  numbers(pane, scene);
  newest(pane, scene);
}

/** @type {(ms: number, span: Span) => boolean} */
function isIn(ms, { start, end }) {
  return ms >= start && ms < end;
}

/**
 * At the left end of their lines; names that would lie on one another stand apart.
 * @type {(pane: Pane, scene: Scene) => void}
 */
function limitNames(pane, { limits: found, place }) {
  const ys = found.map(({ limit }) => pane.y(place(limit)) - 8);
  const apart = placesApart(ys, pane.size.font + 3, pane.top + 7, pane.bottom - 7);
  found.forEach(({ limit, name }, i) => {
    words(pane, name, pane.left + 4, apart[i], { align: "left", colour: limit > 0 ? "high" : "neg", hasHalo: true });
  });
}

/** @type {(pane: Pane, span: Span, ms: number) => number} */
function pixels(pane, { start, end }, ms) {
  return (ms / (end - start)) * (pane.right - pane.left);
}

/**
 * Where the scale is compressed: a dashed edge, and words that say so,
 * in the hours to come where there are enough of them.
 * @type {(pane: Pane, scene: Scene, squeeze: Squeeze, to: number, word: string, away: number) => void}
 */
function squeeze(pane, { span, now }, { from }, to, word, away) {
  const { left, right } = pane;
  box(pane, "squeezed", left, right, Math.min(from, to), Math.max(from, to));
  level(pane, "axis", [8, 3, 2, 3], from);
  const isRight = pixels(pane, span, span.end - now) > WORDS_SQUEEZED_PX;
  words(pane, `compressed ${word} ${shortText(from)}`, isRight ? right - 3 : left + 3, pane.y(from) + away, {
    align: isRight ? "right" : "left",
    hasHalo: true,
  });
}

/**
 * Beside its line where there is room, and not where the newest price is drawn.
 * @type {(pane: Pane, scene: Scene) => void}
 */
function now(pane, scene) {
  const { span, axis, now: at, rt, place } = scene;
  const x = pane.x(at);
  line(pane, "ink", [3, 3], [x, pane.top], [x, pane.bottom], 1);
  const isRight = !pane.size.isNarrow && pixels(pane, span, span.end - at) >= 60;
  const price = rt.at(-1);
  const isCrowded = numbered(pane, scene).some((peak) => isHigh(peak) && Math.abs(pane.x(peak.at) - x) < WORDS_PX);
  const isLow = !isCrowded && price && place(price.lmp) < (axis.min + axis.max) / 2;
  words(pane, "now", x + (isRight ? 18 : -16), isLow ? pane.top + 10 : pane.bottom - 10);
}

/** @type {(pane: Pane, scene: Scene) => number} */
function apart(pane, { span }) {
  return ((span.end - span.start) * WORDS_PX) / (pane.right - pane.left);
}

/**
 * Above the plot, where no price is drawn over them; beside a compressed price's number the dot alone says it.
 * @type {(pane: Pane, scene: Scene) => void}
 */
function flags(pane, scene) {
  const [far, peaks] = [apart(pane, scene), peaksBeyond(scene.rt, scene.axis)];
  const free = scene.alerts.filter((alert) => peaks.every(({ at }) => Math.abs(at - alert.at) > far));
  for (const { at, price } of spacedOut(free, far))
    words(pane, `⚑ ${shortText(Math.round(price))}`, inside(pane, pane.x(at)), pane.top - 9, { colour: "ink" });
}

/** So that words around it stay on the chart. @type {(pane: Pane, x: number) => number} */
function inside({ left, right }, x) {
  return Math.min(Math.max(x, left + WORDS_PX / 2 - 16), right - 8);
}

/**
 * Far enough apart to be read; those above are not in the way of those below.
 * @type {(pane: Pane, scene: Scene) => Peak[]}
 */
function numbered(pane, scene) {
  const peaks = peaksBeyond(scene.rt, scene.axis);
  const far = apart(pane, scene);
  return [
    ...spacedOut(peaks.filter(isHigh), far),
    ...spacedOut(
      peaks.filter((peak) => !isHigh(peak)),
      far,
    ),
  ];
}

/** @type {(peak: Peak) => boolean} */
function isHigh({ price }) {
  return price.lmp > 0;
}

/** The number at a price where the scale is compressed. @type {(pane: Pane, scene: Scene) => void} */
function numbers(pane, scene) {
  for (const { at, price } of numbered(pane, scene)) {
    const [right, down] = besides(pane, scene, at, price.lmp);
    words(pane, priceText(price.lmp), inside(pane, pane.x(at) + right), pane.y(scene.place(price.lmp)) + down, {
      colour: "ink",
      isBold: true,
    });
  }
}

/**
 * Pixels to the right and down: above a high price and below a low one; where the axis is too near, beside it.
 * @type {(pane: Pane, scene: Scene, at: number, lmp: number) => [right: number, down: number]}
 */
function besides(pane, { span, axis, place }, at, lmp) {
  if (lmp > 0) return [0, -11];
  if (pane.bottom - pane.y(place(lmp)) > NUMBER_PX) return [0, 11];
  return [pixels(pane, span, at - span.start) > 2 * WORDS_PX ? -WORDS_PX : WORDS_PX, axis.min < 0 ? -6 : 0];
}

/** A dot at its end, and the price in a box on the axis. @type {(pane: Pane, scene: Scene) => void} */
function newest(pane, { newest: price, span, thresholds, place }) {
  if (!price) return;
  const y = pane.y(place(price.lmp));
  const name = COLOURS[priceTone(price.lmp, highLimit(thresholds, "RTM"))] ?? "rt";
  if (isIn(price.end - 1, span)) dot(pane.ctx, [pane.x(price.end), y], 5, token(name), token("panel"));
  if (y >= pane.top && y <= pane.bottom) onAxis(pane, price, name, y);
}

/** @type {(pane: Pane, price: HeldPrice, colour: string, y: number) => void} */
function onAxis(pane, { lmp }, colour, y) {
  const { ctx, right, size } = pane;
  const [text, height] = [priceText(lmp), size.font + 8];
  ctx.font = `bold ${size.font}px ${size.family}`;
  ctx.fillStyle = token(colour);
  ctx.fillRect(right + 1, y - height / 2, ctx.measureText(text).width + 10, height);
  words(pane, text, right + 6, y, { align: "left", colour: "panel", isBold: true, hasGround: false });
}
