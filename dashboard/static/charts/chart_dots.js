// What is dotted on the lines: a ring where a price was corrected, a full dot where an alert opened.

import { token } from "./chart_colours.js";
import { isCorrected } from "./chart_series.js";
import { dot } from "./pane.js";

/** @import { Pane, Pixel, Scene } from "./types.js" */

/** @type {(pane: Pane, scene: Scene) => void} */
export function drawDots({ ctx, x, y }, { rt, alerts, place }) {
  /** @type {(ms: number, lmp: number) => Pixel} */
  const at = (ms, lmp) => [x(ms), y(place(lmp))];
  for (const { start, end, lmp } of rt.filter(isCorrected))
    dot(ctx, at((start + end) / 2, lmp), 2.5, token("panel"), token("ink"));
  for (const alert of alerts) dot(ctx, at(alert.at, alert.price), 4, token("high"), token("panel"));
}
