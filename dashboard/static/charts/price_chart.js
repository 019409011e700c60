// The two charts on one style of axis: the last 2 hours,
// and 24 hours, 48 hours or 7 days with the day-ahead hours to come.

import { newestRealTime } from "../live/store.js";
import { priceText, shortText } from "../market/format.js";
import { dayText, intervalText } from "../market/market_time.js";
import { startRangeTabs } from "../ui/range_tabs.js";
import { element, reveal, show } from "../ui/show.js";
import { isNarrow } from "./chart_colours.js";
import { gapsIn, isCorrected } from "./chart_series.js";
import { squeezeText } from "./price_axis.js";
import { createStepChart, drawStepChart } from "./step_chart.js";
import { inSpan, RANGE_TEXT, rangeSpan, recentSpan } from "./time_axis.js";

/** @import { ChartView, Charts, Scene, SceneView, StepChart } from "./types.js" */
/** @import { HeldPrice, HubState, Range } from "../live/types.js" */

const FAR = { recent: { low: 0, high: 0 }, large: { low: -50, high: 150 } };

/**
 * The charts and the range switch; onRange(range) is called with "24h", "48h" or "7d".
 * @type {(handlers: { onRange: (range: Range) => void }) => Charts}
 */
export function createCharts({ onRange }) {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  /** @type {Charts} */
  const charts = {
    recent: createStepChart("recent-chart", "recent-tip"),
    large: createStepChart("price-chart", "chart-tip"),
    last: null,
  };
  startRangeTabs(onRange);
  redrawForPaper(charts);
  return charts;
}

/** @type {(charts: Charts, state: HubState, view: ChartView) => void} */
export function renderCharts(charts, state, { range, thresholds, now, trouble }) {
  charts.last = [state, { range, thresholds, now, trouble }];
  const recent = draw(charts.recent, { span: recentSpan(now), state, thresholds, far: FAR.recent, now, trouble });
  const large = draw(charts.large, {
    span: rangeSpan(state, range, now, isNarrow(charts.large)),
    state,
    thresholds,
    far: FAR.large,
    now,
    trouble,
  });
  describe("recent", recent, "last 2 hours");
  describeLarge(large, RANGE_TEXT[range]);
}

/** After a change of theme. @type {(charts: Charts) => void} */
export function redrawCharts(charts) {
  if (charts.last) renderCharts(charts, ...charts.last);
}

/** @type {(chart: StepChart, view: SceneView) => Scene} */
function draw(chart, view) {
  const { state, span } = view;
  return drawStepChart(chart, { ...view, rt: inSpan(state.rt, span), da: inSpan(state.da, span) });
}

/** Paper is white whatever the screen: dashboard.css has the colours. @type {(charts: Charts) => void} */
function redrawForPaper(charts) {
  const printing = (/** @type {boolean} */ is) => () => {
    document.documentElement.toggleAttribute("data-printing", is);
    redrawCharts(charts);
  };
  addEventListener("beforeprint", printing(true));
  addEventListener("afterprint", printing(false));
}

/** @type {(scene: Scene, hours: string) => void} */
function describeLarge(scene, hours) {
  const { dataset } = element("price-chart");
  const [gaps, corrected] = [gapsIn(scene.rt).length, scene.rt.filter(isCorrected).length];
  Object.assign(dataset, { rtIntervals: scene.rt.length, gaps, corrected, alerts: scene.alerts.length });
  show("chart-span", hours[0].toUpperCase() + hours.slice(1));
  describe("chart", scene, `last ${hours}`, "price-chart");
  noteSqueeze(squeezeText(scene.axis, shortText));
}

/** @type {(squeezed: string) => void} */
function noteSqueeze(squeezed) {
  const why = "so that the others stay readable. Their numbers stand beside them.";
  reveal("chart-note", squeezed !== "");
  show("chart-note", squeezed && `Prices ${squeezed} are drawn closer together, ${why}`);
}

/** @type {(name: string, scene: Scene, hours: string, canvasId?: string) => void} */
function describe(name, { state, rt, da, alerts, trouble }, hours, canvasId = "recent-chart") {
  const words = emptyText(state, rt, da, trouble);
  show(`${name}-empty`, words);
  reveal(`${name}-empty`, words !== "");
  element(`${name}-empty`).dataset.over = da.length ? "day-ahead" : "nothing";
  const [corrected, gaps] = [rt.filter(isCorrected).length, gapsIn(rt).length];
  const counts = `${rt.length} real-time intervals, ${gaps} gaps, ${corrected} corrected, ${alerts.length} alerts`;
  element(canvasId).setAttribute(
    "aria-label",
    `Prices of ${state.hub}, ${hours}: ${counts}. The arrow keys read them out; the table below has every number.`,
  );
}

/** @type {(state: HubState, rt: HeldPrice[], da: HeldPrice[], trouble: string | null) => string} */
function emptyText(state, rt, da, trouble) {
  if (rt.length) return "";
  if (state.seq === null) return "Loading the prices …";
  const newest = newestRealTime(state);
  const when = newest && `${dayText(newest.start)} ${intervalText(newest.start, newest.end)}`;
  if (newest) return `No real-time price of these hours. The newest, ${priceText(newest.lmp)}, is of ${when}.`;
  return da.length
    ? "No real-time price of these hours yet"
    : trouble
      ? "No prices yet"
      : "Waiting for the first prices";
}
