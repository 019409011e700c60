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

const MANY = 600; // intervals: more than two days
const STEPS = { data: [], stepped: "before", pointRadius: 0, pointHitRadius: 0 };

export function createStepChart(canvasId, tipId) {
  const chart = new Chart(element(canvasId), {
    type: "line",
    plugins: [marks, shading, dots, crosshair],
    data: {
      datasets: [
        { ...STEPS, label: "real-time", order: 1 },
        { ...STEPS, label: "day-ahead", order: 2, borderDash: [7, 5] },
      ],
    },
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      onResize: (chart) => {
        if (chart.scene) prepare(chart, chart.scene);
      },
      layout: { padding: { top: 20, right: 2 } },
      plugins: { legend: { display: false }, tooltip: { enabled: false }, colors: { enabled: false } },
      scales: {
        x: { type: "linear", ticks: { autoSkip: false, maxRotation: 0 } },
        y: { type: "linear", ticks: { autoSkip: false }, border: { display: false } },
      },
    },
  });
  startReadout(chart, element(tipId));
  return chart;
}

/**
 * A scene is what is shown: {span, rt, da (prices in the span), state, thresholds, far (how far off a limit is still
 * drawn), now}.
 */
export function drawStepChart(chart, scene) {
  prepare(chart, scene);
  chart.update("none");
  refreshReadout(chart);
}

/** What depends on the size too: how many ticks, and which words have room. */
function prepare(chart, scene) {
  chart.scene = completed(chart, scene);
  setSteps(chart.data.datasets, chart.scene);
  setAxes(chart, chart.scene);
}

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

function setSteps([realTime, dayAhead], scene) {
  const borderWidth = scene.rt.length > MANY ? 1.4 : 2;
  Object.assign(realTime, { data: stepPoints(scene.rt, scene.place), borderColor: token("rt"), borderWidth });
  Object.assign(dayAhead, { data: stepPoints(scene.da, scene.place), borderColor: token("da"), borderWidth });
}

function setAxes(chart, { span, axis }) {
  const { x, y } = chart.options.scales;
  const font = { size: fontSize(chart) };
  const times = timeTicks(span, Math.floor(chart.width / (isNarrow(chart) ? 62 : 74)));
  Object.assign(x, { min: span.start, max: span.end, border: { color: token("line") }, afterBuildTicks: put(times) });
  Object.assign(x.ticks, { color: token("dim"), font, callback: (_, i) => times[i]?.text ?? "" });
  x.grid = { color: ({ index }) => (times[index]?.isMidnight ? token("line") : "transparent"), drawTicks: false };
  Object.assign(y, { min: axis.min, max: axis.max, afterBuildTicks: put(axis.ticks) });
  Object.assign(y.ticks, { color: token("dim"), font, callback: (_, i) => shortText(axis.ticks[i]?.value) });
  const isZero = (tick) => tick?.value === 0;
  y.grid = {
    color: ({ tick }) => token(isZero(tick) ? "axis" : "line"),
    lineWidth: ({ tick }) => (isZero(tick) ? 1.6 : 1),
    drawTicks: false,
  };
}

/** Ticks where we worked them out, and nowhere else. */
function put(ticks) {
  return (scale) => {
    scale.ticks = ticks.map(({ at }) => ({ value: at }));
  };
}
