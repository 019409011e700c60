// What the pointer, a finger or the arrow keys rest on: the interval, its price and parts, quality and revision.

import { NOTHING, priceText, signedText } from "./format.js";
import { dayText, HOUR, hourEnding, intervalText, MINUTE, zoneName } from "./market_time.js";
import { element, make, reveal } from "./show.js";

/** A thin line at the start of the interval read out. */
export const crosshair = {
  id: "crosshair",
  afterDatasetsDraw(chart) {
    const [first] = chart.getActiveElements();
    if (!first) return;
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.strokeStyle = getComputedStyle(chart.canvas).color;
    ctx.globalAlpha = 0.45;
    ctx.strokeRect(first.element.x, chartArea.top, 0, chartArea.height);
    ctx.restore();
  },
};

export function startReadout(chart) {
  chart.options.onHover = (event, active) => readOut(chart, active, event.x);
  const canvas = chart.canvas;
  const hide = () => { reveal("chart-tip", false); chart.setActiveElements([]); chart.draw(); };
  canvas.addEventListener("mouseleave", hide);
  canvas.addEventListener("blur", hide);
  canvas.addEventListener("keydown", (event) => stepByKey(chart, event));
}

function stepByKey(chart, event) {
  const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!direction) return;
  event.preventDefault();
  const tip = element("chart-tip");
  const { min, max } = chart.scales.x;
  const from = tip.hidden ? max - 4 * HOUR : Number(tip.dataset.start) + 1;
  const to = tip.hidden ? from : from + direction * (event.shiftKey ? HOUR : 5 * MINUTE);
  const x = chart.scales.x.getPixelForValue(Math.min(max, Math.max(min, to)));
  readOut(chart, Chart.Interaction.modes.interval(chart, { x }), x);
}

function readOut(chart, active, x) {
  const prices = active.map(({ datasetIndex, index }) => ({ datasetIndex, price: chart.data.datasets[datasetIndex].data[index].price }));
  const rt = prices.find(({ datasetIndex }) => datasetIndex === 0)?.price;
  const da = prices.find(({ datasetIndex }) => datasetIndex === 1)?.price;
  reveal("chart-tip", Boolean(rt ?? da));
  chart.setActiveElements(active.map(({ datasetIndex, index }) => ({ datasetIndex, index })));
  chart.draw();
  if (!(rt ?? da)) return;
  const tip = element("chart-tip");
  const shown = rt ?? da;
  tip.dataset.start = shown.start;
  tip.replaceChildren(make("b", "", `${dayText(shown.start)} ${intervalText(shown.start, shown.end)}`), " ",
    make("small", "", `${zoneName(shown.start)} · HE${hourEnding(shown.start)}`), ...(rt ? realTimeLines(rt, da) : [line("real-time", NOTHING)]),
    line("day-ahead", priceText(da?.lmp), "da"), ...(rt && da ? [line("spread", signedText(rt.lmp - da.lmp))] : []));
  place(tip, chart, x);
}

function realTimeLines(rt) {
  const parts = ["energy", "congestion", "loss", "ghg"].filter((part) => rt[part] !== null && rt[part] !== undefined);
  const old = rt.old ? [line("before", make("s", "", priceText(rt.old.lmp)))] : [];
  return [line("real-time", priceText(rt.lmp), "rt"), ...parts.map((part) => line(part === "ghg" ? "GHG" : part, priceText(rt[part]), "part")),
    make("div", "quality", `${rt.quality} · revision ${rt.revision}`), ...old];
}

function line(name, value, className = "") {
  return make("div", `line ${className}`, make("span", "", name), make("span", "", value));
}

/** Beside the pointer, on the side with more room, and inside the card. */
function place(tip, chart, x) {
  const left = x > chart.width / 2 ? x - tip.offsetWidth - 14 : x + 14;
  tip.style.left = `${Math.max(0, Math.min(left, chart.width - tip.offsetWidth))}px`;
}
