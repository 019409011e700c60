// What lies under the lines: the spread between real-time and day-ahead, in the colour of the dearer, and gaps.

import { token } from "./chart_colours.js";
import { spreadBlocks } from "./chart_series.js";

/** @import { Pane, Scene } from "./types.js" */

const GAP_FOOT = 4;
const NARROWEST_GAP = 2; // pixels: five minutes of seven days would not be seen

/** @type {(pane: Pane, scene: Scene) => void} */
export function drawShading(pane, scene) {
  const { ctx, left, top, right, bottom } = pane;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, right - left, bottom - top);
  ctx.clip();
  shadeSpread(pane, scene);
  shadeGaps(pane, scene);
  ctx.restore();
}

/** @type {(pane: Pane, scene: Scene) => void} */
function shadeSpread({ ctx, x, y }, scene) {
  ctx.globalAlpha = 0.17;
  const colours = { rt: token("rt"), da: token("da") };
  for (const { start, end, rt, da } of spreadBlocks(scene.rt, scene.state.da)) {
    const [left, from] = [x(start), y(scene.place(rt))];
    ctx.fillStyle = rt > da ? colours.rt : colours.da;
    ctx.fillRect(left, from, x(end) - left, y(scene.place(da)) - from);
  }
}

/** @type {(pane: Pane, scene: Scene) => void} */
function shadeGaps({ ctx, top, bottom, x }, { gaps }) {
  ctx.fillStyle = token("dim");
  for (const { start, end } of gaps) {
    const left = x(start);
    const width = Math.max(NARROWEST_GAP, x(end) - left);
    ctx.globalAlpha = 0.12;
    ctx.fillRect(left, top, width, bottom - top);
    ctx.globalAlpha = 0.8;
    ctx.fillRect(left, bottom - GAP_FOOT, width, GAP_FOOT);
  }
}
