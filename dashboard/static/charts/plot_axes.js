// Both axes as the library takes them: their ticks are worked out beforehand, what is written there depends on
// the room.

import { priceText, shortText } from "../market/format.js";
import { token } from "./chart_colours.js";

/** @import { Axis } from "uplot" */
/** @import { Plot, PriceAxis, Scene, TimeTick } from "./types.js" */

const EDGE = 24;
const BESIDE = 14;

/** @type {(plot: Plot) => Scene} */
const shown = ({ scene }) => /** @type {Scene} */ (scene);

/** @type {(plot: Plot) => Axis} */
export function timeAxis(plot) {
  return {
    ...plain(plot),
    size: 2.6 * plot.size.font + 8,
    border: { show: true, stroke: () => token("line"), width: 1 },
    grid: { show: false },
    splits: () => shown(plot).times.map(({ at }) => at),
    values: () => shown(plot).times.map((time) => timeText(plot, time)),
  };
}

/** On the right, where the newest price is. @type {(plot: Plot) => Axis} */
export function pricesAxis(plot) {
  return {
    ...plain(plot),
    side: 1,
    size: () => axisWidth(plot),
    grid: { show: true, stroke: () => token("line"), width: 1 },
    splits: () => shown(plot).axis.ticks.map(({ at }) => at),
    values: () => shown(plot).axis.ticks.map((tick) => priceAtTick(plot, tick)),
  };
}

/** At the edge there is no room for the name of a day. @type {(plot: Plot, time: TimeTick) => string} */
function timeText({ size, scene }, { at, text }) {
  const { start, end } = /** @type {Scene} */ (scene).span;
  const isAtEdge = ((at - start) / (end - start)) * size.width < EDGE;
  return (isAtEdge ? [text].flat().slice(0, 1) : [text].flat()).join("\n");
}

/** As wide as the newest price. @type {(plot: Plot) => number} */
function axisWidth(plot) {
  const { newest, axis } = shown(plot);
  const texts = [priceText(newest?.lmp), ...axis.ticks.map(({ value }) => shortText(value))];
  const digits = Math.max(...texts.map((text) => text.length));
  return Math.ceil(0.64 * plot.size.font * digits) + BESIDE;
}

/** Not where the newest price stands on the axis. @type {(plot: Plot, tick: PriceAxis["ticks"][number]) => string} */
function priceAtTick(plot, { value, at }) {
  const { newest, place, axis } = shown(plot);
  const apart = newest ? (Math.abs(place(newest.lmp) - at) / (axis.max - axis.min)) * plot.size.height : Infinity;
  return apart < plot.size.font + 3 ? "" : shortText(value);
}

/** @type {(plot: Plot) => Axis} */
function plain({ size }) {
  return { font: `${size.font}px ${size.family}`, stroke: () => token("dim"), gap: 6, ticks: { show: false } };
}
