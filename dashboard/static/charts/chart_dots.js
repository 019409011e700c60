// What is dotted on the lines: a ring where a price was corrected, a full dot where an alert opened.

import { token } from "./chart_colours.js";
import { isCorrected } from "./chart_series.js";

/** @import { Pixel, StepChart } from "./types.js" */

export const dots = {
  id: "dots",
  afterDatasetsDraw(/** @type {StepChart} */ { ctx, scales: { x, y }, scene }) {
    if (!scene) return;
    ctx.save();
    ctx.lineWidth = 1.5;
    /** @type {(ms: number, lmp: number) => Pixel} */
    const at = (ms, lmp) => [x.getPixelForValue(ms), y.getPixelForValue(scene.place(lmp))];
    for (const { start, end, lmp } of scene.rt.filter(isCorrected))
      dot(ctx, at((start + end) / 2, lmp), 2.5, token("panel"), token("ink"));
    for (const alert of scene.alerts) dot(ctx, at(alert.at, alert.price), 4, token("high"), token("panel"));
    ctx.restore();
  },
};

/**
 * Drawn where it lies; also the readout's.
 * @type {(ctx: CanvasRenderingContext2D, at: Pixel, radius: number, fill: string, edge: string) => void}
 */
export function dot(ctx, [x, y], radius, fill, edge) {
  Object.assign(ctx, { fillStyle: fill, strokeStyle: edge });
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}
