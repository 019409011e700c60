// One chart of price steps on a canvas that uPlot keeps: real-time solid, day-ahead dashed, fifteen-minute dotted, the
// day before faint. Our own marks are drawn under and over its lines.

import { token } from "./chart_colours.js";
import { drawDots } from "./chart_dots.js";
import { isLibraryHere } from "./chart_library.js";
import { drawBehind, drawOver } from "./chart_marks.js";
import { drawCrosshair } from "./chart_readout.js";
import { stepColumns } from "./chart_series.js";
import { drawShading } from "./chart_shading.js";
import { box, line, paneOf } from "./pane.js";
import { pricesAxis, timeAxis } from "./plot_axes.js";
import { sceneOf } from "./scene.js";

/** @import { Options, Series } from "uplot" */
/** @import { ChartSize, Pane, Plot, Scene, SceneView } from "./types.js" */

const MANY = 600; // intervals: more than two days
const NARROW = 560;
const TOP = 20; // pixels for the flags
const REAL_TIME = 4; // the last of the lines, over the others
/** @type {WeakMap<Element, Plot>} */
const plots = new WeakMap();

/** What is drawn in an element, for whoever reads pictures. @type {(host: Element) => Plot | undefined} */
export function plotOf(host) {
  return plots.get(host);
}

/** @type {(host: HTMLElement, onResize: () => void) => Plot} */
export function createPlot(host, onResize) {
  /** @type {Plot} */
  const plot = { host, drawing: null, scene: null, size: sizeOf(host), readAt: null, dragged: null };
  plots.set(host, plot);
  new ResizeObserver(() => {
    if (host.clientWidth !== plot.size.width || host.clientHeight !== plot.size.height) onResize();
  }).observe(host);
  return plot;
}

/** @type {(host: HTMLElement) => ChartSize} */
function sizeOf(host) {
  const isNarrow = host.clientWidth < NARROW;
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    isNarrow,
    font: isNarrow ? 13 : 12,
    family: getComputedStyle(document.body).fontFamily,
  };
}

/** Its size as it is now. @type {(plot: Plot) => ChartSize} */
export function measured(plot) {
  const before = plot.size;
  plot.size = sizeOf(plot.host);
  if (before.isNarrow !== plot.size.isNarrow) takeDown(plot); // the library reads a font once
  return plot.size;
}

/** @type {(plot: Plot) => void} */
function takeDown(plot) {
  plot.drawing?.destroy();
  plot.drawing = null;
}

/** What is to be seen, and drawn as soon as the library is here. @type {(plot: Plot, view: SceneView) => Scene} */
export function drawPlot(plot, view) {
  const scene = sceneOf(view, plot.size);
  plot.scene = scene;
  if (!isLibraryHere()) return scene;
  const columns = stepColumns([scene.before, scene.da, scene.fmm, scene.rt], scene.span, scene.place);
  const { width, height } = plot.size;
  if (!plot.drawing) plot.drawing = new uPlot(options(plot), columns, plot.host);
  else {
    plot.drawing.series[REAL_TIME].width = scene.rt.length > MANY ? 1.4 : 2;
    plot.drawing.setData(columns);
    if (plot.drawing.width !== width || plot.drawing.height !== height) plot.drawing.setSize({ width, height });
  }
  return scene;
}

/** The same again, with another crosshair. @type {(plot: Plot) => void} */
export function redrawPlot({ drawing }) {
  drawing?.redraw(false);
}

/** What is shown, for the library's own questions. @type {(plot: Plot) => Scene} */
const shown = ({ scene }) => /** @type {Scene} */ (scene);

/** @type {(plot: Plot) => Options} */
function options(plot) {
  const { width, height } = plot.size;
  return {
    width,
    height,
    padding: [TOP, 0, 0, 20],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [shown(plot).span.start, shown(plot).span.end] },
      y: { range: () => [shown(plot).axis.min, shown(plot).axis.max] },
    },
    axes: [timeAxis(plot), pricesAxis(plot)],
    series: [{}, ...lines()],
    hooks: {
      drawAxes: [() => inPixels(plot, drawUnder)],
      draw: [() => inPixels(plot, drawAbove)],
    },
  };
}

/** @type {() => Series[]} */
function lines() {
  const paths = uPlot.paths.stepped?.({ align: 1, alignGaps: 1 });
  const steps = { paths, points: { show: false } };
  return [
    { ...steps, label: "day before", stroke: () => token("before"), width: 1.4 },
    { ...steps, label: "day-ahead", stroke: () => token("da"), width: 2, dash: [7, 5] },
    { ...steps, label: "fifteen-minute", stroke: () => token("fmm"), width: 2, dash: [2, 3] },
    { ...steps, label: "real-time", stroke: () => token("rt"), width: 2 },
  ];
}

/** @type {(plot: Plot, how: (pane: Pane, scene: Scene, plot: Plot) => void) => void} */
function inPixels(plot, how) {
  const pane = paneOf(plot);
  if (!pane || !plot.scene) return;
  pane.ctx.save();
  pane.ctx.scale(pane.ratio, pane.ratio);
  how(pane, plot.scene, plot);
  pane.ctx.restore();
}

/** @type {(pane: Pane, scene: Scene) => void} */
function drawUnder(pane, scene) {
  drawBehind(pane, scene);
  drawShading(pane, scene);
}

/** @type {(pane: Pane, scene: Scene, plot: Plot) => void} */
function drawAbove(pane, scene, { readAt, dragged }) {
  if (dragged) drawDragged(pane, scene, pane.x(dragged.start), pane.x(dragged.end));
  drawOver(pane, scene);
  drawDots(pane, scene);
  if (readAt !== null) drawCrosshair(pane, scene, readAt);
}

/** What would be zoomed in to. @type {(pane: Pane, scene: Scene, from: number, to: number) => void} */
function drawDragged(pane, { axis }, from, to) {
  box(pane, "dragged", Math.min(from, to), Math.max(from, to), axis.min, axis.max);
  for (const x of [from, to]) line(pane, "dim", [], [x, pane.top], [x, pane.bottom], 1);
}
