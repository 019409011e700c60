// What lies under the lines: the spread between real-time and day-ahead, in the colour of the dearer, and gaps.

import { token } from "./chart_colours.js";
import { gapsIn, spreadBlocks } from "./chart_series.js";

/** @import { Scene, StepChart } from "./types.js" */

const GAP_FOOT = 4;
const NARROWEST_GAP = 2; // pixels: five minutes of seven days would not be seen

export const shading = {
  id: "shading",
  beforeDatasetsDraw(/** @type {StepChart} */ chart) {
    if (!chart.scene) return;
    const {
      ctx,
      chartArea: { left, top, width, height },
    } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    shadeSpread(chart, chart.scene);
    shadeGaps(chart, chart.scene);
    ctx.restore();
  },
};

/** @type {(chart: StepChart, scene: Scene) => void} */
function shadeSpread({ ctx, scales: { x, y } }, scene) {
  ctx.globalAlpha = 0.17;
  const colours = { rt: token("rt"), da: token("da") };
  for (const { start, end, rt, da } of spreadBlocks(scene.rt, scene.state.da)) {
    const [left, from] = [x.getPixelForValue(start), y.getPixelForValue(scene.place(rt))];
    ctx.fillStyle = rt > da ? colours.rt : colours.da;
    ctx.fillRect(left, from, x.getPixelForValue(end) - left, y.getPixelForValue(scene.place(da)) - from);
  }
}

/** @type {(chart: StepChart, scene: Scene) => void} */
function shadeGaps({ ctx, chartArea: { top, bottom }, scales: { x } }, scene) {
  ctx.fillStyle = token("dim");
  for (const { start, end } of gapsIn(scene.rt)) {
    const left = x.getPixelForValue(start);
    const width = Math.max(NARROWEST_GAP, x.getPixelForValue(end) - left);
    ctx.globalAlpha = 0.12;
    ctx.fillRect(left, top, width, bottom - top);
    ctx.globalAlpha = 0.8;
    ctx.fillRect(left, bottom - GAP_FOOT, width, GAP_FOOT);
  }
}
