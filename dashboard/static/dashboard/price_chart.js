// The chart: 24 hours of real-time steps, day-ahead dashed steps running on into the hours to come, limits, alerts, and now.

import { crosshair, startReadout } from "./chart_readout.js";
import { axisLimits, gapCount, pointAt, priceAxis, spacedOut, stepPoints } from "./chart_series.js";
import { priceTone, shortText } from "./format.js";
import { dayText, HOUR, MINUTE, pacificHour, timeText, wholeHours } from "./market_time.js";
import { startRangeTabs } from "./range_tabs.js";
import { element, reveal } from "./show.js";

const AHEAD = 4 * HOUR;
const STEPS = { data: [], stepped: "before", borderWidth: 2, pointHoverRadius: 4 };

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const isNarrow = () => element("price-chart").parentElement.clientWidth < 560;

/** Hovering finds the interval under the pointer in each line, not the nearest point. */
Chart.Interaction.modes.interval = (chart, event) => {
  const at = chart.scales.x.getValueForPixel(event.x);
  return chart.data.datasets.flatMap(({ data }, datasetIndex) => {
    const index = pointAt(data, at);
    return index < 0 ? [] : [{ element: chart.getDatasetMeta(datasetIndex).data[index], datasetIndex, index }];
  });
};

export function createPriceChart() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const chart = new Chart(element("price-chart"), {
    type: "line",
    plugins: [crosshair],
    data: { datasets: [
      { ...STEPS, label: "real-time", order: 1, pointRadius: correctedRadius },
      { ...STEPS, label: "day-ahead", order: 2, pointRadius: 0, borderDash: [7, 5] },
    ] },
    options: {
      animation: false, parsing: false, normalized: true, responsive: true, maintainAspectRatio: false,
      interaction: { mode: "interval", intersect: false },
      layout: { padding: { top: 6 } },
      plugins: { legend: { display: false }, tooltip: { enabled: false }, colors: { enabled: false }, annotation: { annotations: {} } },
      scales: {
        x: { type: "time", adapters: { date: { zone: "America/Los_Angeles" } }, afterBuildTicks: (axis) => { axis.ticks = hourTicks(axis); },
          ticks: { source: "labels", autoSkip: false, maxRotation: 0, callback: tickText }, grid: { display: false } },
        y: { ticks: { autoSkip: false, callback: shortText }, border: { display: false } },
      },
    },
  });
  startReadout(chart);
  return chart;
}

function hourTicks(axis) {
  return wholeHours(axis.min, axis.max - 40 * MINUTE, isNarrow() ? 6 : 3).map((value) => ({ value }));
}

function tickText(at) {
  return pacificHour(at) === 0 ? ["00:00", dayText(at)] : timeText(at);
}

export function renderChart(chart, state, thresholds, now) {
  const [start, end] = [now - 24 * HOUR, now + AHEAD];
  const inWindow = (prices) => [...prices.values()].filter((price) => price.end > start && price.start < end);
  const [rt, da] = [inWindow(state.rt), inWindow(state.da)];
  const [realTime, dayAhead] = chart.data.datasets;
  Object.assign(realTime, { data: stepPoints(rt), ...colours("rt"), pointBorderColor: token("ink") });
  Object.assign(dayAhead, { data: stepPoints(da), ...colours("da") });
  const lmps = [...rt, ...da].map((price) => price.lmp);
  const limits = axisLimits(lmps, thresholds.filter((threshold) => threshold.market === "RTM"));
  axes(chart.options.scales, start, end, priceAxis(lmps, limits, isNarrow() ? 6 : 8));
  chart.options.plugins.annotation.annotations = {
    ...backdrop(now, end), ...limitLines(limits), ...alertMarks(state, start, isNarrow() ? 3 * HOUR : 75 * MINUTE), ...newestMark(rt.at(-1), thresholds),
  };
  chart.update("none");
  describe(state, realTime.data, rt.length + da.length === 0);
}

function colours(name) {
  return { borderColor: token(name), pointBackgroundColor: token("panel"), pointHoverBackgroundColor: token(name) };
}

function correctedRadius({ raw }) {
  return raw?.price?.quality === "corrected" && raw.x === raw.price.start ? 2.5 : 0;
}

function axes({ x, y }, start, end, { min, max, ticks }) {
  const font = { size: isNarrow() ? 13 : 12 };
  Object.assign(x, { min: start, max: end, border: { color: token("line") } });
  Object.assign(x.ticks, { color: token("dim"), font });
  Object.assign(y, { min, max, afterBuildTicks: (axis) => { axis.ticks = ticks.map((value) => ({ value })); } });
  Object.assign(y.ticks, { color: token("dim"), font });
  y.grid = { color: ({ tick }) => token(tick?.value === 0 ? "axis" : "line"), lineWidth: ({ tick }) => (tick?.value === 0 ? 1.6 : 1) };
}

function backdrop(now, end) {
  return {
    belowZero: { type: "box", yMax: 0, backgroundColor: token("neg-fill"), borderWidth: 0, drawTime: "beforeDatasetsDraw", display: ({ chart }) => (chart.scales.y?.min ?? 0) < 0 },
    toCome: { type: "box", xMin: now, xMax: end, backgroundColor: token("spread"), borderWidth: 0, drawTime: "beforeDatasetsDraw" },
    now: { type: "line", xMin: now, xMax: now, borderColor: token("ink"), borderWidth: 1, borderDash: [3, 3],
      label: words("now", { position: "start", xAdjust: 20, yAdjust: -4 }) },
  };
}

function words(content, more) {
  return { display: true, content, color: token("dim"), backgroundColor: "transparent", padding: 2, font: { size: isNarrow() ? 13 : 12, weight: "normal" }, ...more };
}

function limitLines(limits) {
  return Object.fromEntries(limits.map((limit) => [`limit${limit}`, {
    type: "line", yMin: limit, yMax: limit, borderColor: token(limit > 0 ? "high" : "neg"), borderWidth: 1.5, borderDash: [2, 5], adjustScaleRange: false,
  }]));
}

function alertMarks(state, start, apart) {
  const alerts = [...state.alerts.values()].map(({ opened }) => ({ ...opened, at: Date.parse(opened.interval_start) })).filter(({ at }) => at >= start);
  const labelled = new Set(spacedOut(alerts, apart));
  return Object.fromEntries(alerts.flatMap((alert) => [
    [`alert${alert.alert_id}`, { type: "point", xValue: alert.at, yValue: alert.price, radius: 4, backgroundColor: token("high"), borderColor: token("panel"), borderWidth: 1.5, adjustScaleRange: false }],
    ...(labelled.has(alert) ? [[`flag${alert.alert_id}`, { type: "label", xValue: alert.at, yValue: ({ chart }) => chart.scales.y.max, yAdjust: 9, adjustScaleRange: false,
      ...words(`⚑ ${shortText(Math.round(alert.price))}`, { color: token("ink") }) }]] : []),
  ]));
}

function newestMark(price, thresholds) {
  if (!price) return {};
  const limit = Math.min(Infinity, ...thresholds.filter((t) => t.market === "RTM" && t.direction === "above").map((t) => t.limit));
  const colour = token({ negative: "neg", high: "high" }[priceTone(price.lmp, limit)] ?? "rt");
  return { newest: { type: "point", xValue: price.end, yValue: price.lmp, radius: 5, backgroundColor: colour, borderColor: token("panel"), borderWidth: 1.5, adjustScaleRange: false } };
}

function describe(state, points, isEmpty) {
  const canvas = element("price-chart");
  reveal("chart-empty", isEmpty && state.seq !== null);
  canvas.dataset.rtIntervals = points.filter(({ x, price }) => price && x === price.start).length;
  canvas.dataset.gaps = gapCount(points);
  canvas.dataset.alerts = state.alerts.size;
  canvas.setAttribute("aria-label", `Prices of ${state.hub}, last 24 hours: ${canvas.dataset.rtIntervals} real-time intervals, ${canvas.dataset.gaps} gaps, ${canvas.dataset.alerts} alerts. The table below has every number.`);
}

/** The two charts and their range switch: onRange(range) hears "24h", "48h" or "7d". */
export function createCharts({ onRange }) {
  startRangeTabs(onRange);
  return { large: createPriceChart() };
}

export function renderCharts(charts, state, { range, thresholds, now }) {
  charts.last = [state, { range, thresholds, now }];
  renderChart(charts.large, state, thresholds, now);
}

/** After a change of theme: the colours are read anew. */
export function redrawCharts(charts) {
  if (charts.last) renderCharts(charts, ...charts.last);
}
