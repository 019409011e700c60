// The charts' colours and sizes: the page's own custom properties, read when a chart is drawn.

/** @import { StepChart } from "./types.js" */

/** @type {(name: string) => string} */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** @type {(chart: StepChart) => boolean} */
export function isNarrow(chart) {
  return (chart.canvas.parentElement?.clientWidth ?? 0) < 560;
}

/** @type {(chart: StepChart) => number} */
export function fontSize(chart) {
  return isNarrow(chart) ? 13 : 12;
}
