// One chart of price steps: real-time solid, day-ahead dashed, on linear axes whose ticks are worked out beforehand.

import { shortText } from "../market/format.js";
import { element } from "../ui/show.js";
import { fontSize, isNarrow, token } from "./chart_colours.js";
import { dots } from "./chart_dots.js";
import { marks } from "./chart_marks.js";
import { crosshair, refreshReadout, startReadout } from "./chart_readout.js";
import { alertsIn, stepPoints } from "./chart_series.js";
import { shading } from "./chart_shading.js";
import { axisLimits, placed, priceAxis } from "./price_axis.js";
import { timeTicks } from "./time_axis.js";

/** @import { ChartDataset, ChartOptions, Plugin } from "chart.js" */
/** @import { Scene, SceneContent, StepChart, StepPoint } from "./types.js" */

const MANY = 600; // intervals: more than two days
/** @type {ChartDataset<"line", StepPoint[]>} */
const STEPS = { data: [], stepped: "before", pointRadius: 0, pointHitRadius: 0 };
/** Each chart writes into its own. @type {() => ChartOptions<"line">} */
const options = () => ({
  animation: false,
  parsing: false,
  normalized: true,
  responsive: true,
  maintainAspectRatio: false,
  events: [],
  onResize: (chart) => fit(ours(chart)),
  layout: { padding: { top: 20, right: 2 } },
  plugins: { legend: { display: false }, tooltip: { enabled: false }, colors: { enabled: false } },
  scales: {
    x: { type: "linear", ticks: { autoSkip: false, maxRotation: 0 } },
    y: { type: "linear", ticks: { autoSkip: false }, border: { display: false } },
  },
});
const PLUGINS = /** @type {Plugin<"line">[]} */ (/** @type {unknown} */ ([marks, shading, dots, crosshair]));

/** The library's chart, on which our plugins keep what they draw. @type {(chart: unknown) => StepChart} */
const ours = (chart) => /** @type {StepChart} */ (chart);

/** @type {(canvasId: string, tipId: string) => StepChart} */
export function createStepChart(canvasId, tipId) {
  const datasets = [
    { ...STEPS, label: "real-time", order: 1 },
    { ...STEPS, label: "day-ahead", order: 2, borderDash: [7, 5] },
  ];
  const canvas = /** @type {HTMLCanvasElement} */ (element(canvasId));
  const made = new Chart(canvas, { type: "line", plugins: PLUGINS, data: { datasets }, options: options() });
  const chart = ours(made);
  startReadout(chart, element(tipId));
  return chart;
}

/** @type {(chart: StepChart) => void} */
function fit(chart) {
  if (chart.scene) prepare(chart, chart.scene);
}

/** @type {(chart: StepChart, content: SceneContent) => Scene} */
export function drawStepChart(chart, content) {
  const scene = prepare(chart, content);
  chart.update("none");
  refreshReadout(chart);
  return scene;
}

/**
 * What depends on the size too: how many ticks, and which words have room.
 * @type {(chart: StepChart, content: SceneContent) => Scene}
 */
function prepare(chart, content) {
  const scene = completed(chart, content);
  chart.scene = scene;
  setSteps(chart.data.datasets, scene);
  setAxes(chart, scene);
  return scene;
}

/** @type {(chart: StepChart, content: SceneContent) => Scene} */
function completed(chart, scene) {
  const lmps = [...scene.rt, ...scene.da].map((price) => price.lmp);
  const limits = axisLimits(
    lmps,
    scene.thresholds.filter((threshold) => threshold.market === "RTM"),
    scene.far,
  );
  const axis = priceAxis(lmps, limits, Math.max(3, Math.min(8, Math.floor(chart.height / 45))));
  return {
    ...scene,
    limits,
    axis,
    place: (lmp) => placed(lmp, axis),
    alerts: alertsIn(scene.state.alerts, scene.span),
  };
}

/** @type {(datasets: object[], scene: Scene) => void} */
function setSteps([realTime, dayAhead], scene) {
  const borderWidth = scene.rt.length > MANY ? 1.4 : 2;
  Object.assign(realTime, { data: stepPoints(scene.rt, scene.place), borderColor: token("rt"), borderWidth });
  Object.assign(dayAhead, { data: stepPoints(scene.da, scene.place), borderColor: token("da"), borderWidth });
}

/** @type {(chart: StepChart, scene: Scene) => void} */
function setAxes(chart, { span, axis }) {
  const { x, y } = chart.options.scales;
  const font = { size: fontSize(chart) };
  const times = timeTicks(span, Math.floor(chart.width / (isNarrow(chart) ? 62 : 74)));
  Object.assign(x, { min: span.start, max: span.end, border: { color: token("line") }, afterBuildTicks: put(times) });
  Object.assign(x.ticks, { color: token("dim"), font, callback: labels(times.map(({ text }) => text)) });
  x.grid = {
    color: (/** @type {GridLine} */ { index }) => (times[index]?.isMidnight ? token("line") : "transparent"),
    drawTicks: false,
  };
  Object.assign(y, { min: axis.min, max: axis.max, afterBuildTicks: put(axis.ticks) });
  Object.assign(y.ticks, {
    color: token("dim"),
    font,
    callback: labels(axis.ticks.map(({ value }) => shortText(value))),
  });
  y.grid = { color: zeroColour, lineWidth: zeroWidth, drawTicks: false };
}

/** @typedef {{ index: number, tick?: { value: number } }} GridLine */

/** @type {(line: GridLine) => string} */
const zeroColour = ({ tick }) => token(tick?.value === 0 ? "axis" : "line");

/** @type {(line: GridLine) => number} */
const zeroWidth = ({ tick }) => (tick?.value === 0 ? 1.6 : 1);

/** @type {(texts: (string | string[])[]) => (value: number, index: number) => string | string[]} */
function labels(texts) {
  return (_, index) => texts[index] ?? "";
}

/**
 * Ticks where we worked them out, and nowhere else.
 * @type {(ticks: { at: number }[]) => (scale: { ticks: { value: number }[] }) => void}
 */
function put(ticks) {
  return (scale) => {
    scale.ticks = ticks.map(({ at }) => ({ value: at }));
  };
}
