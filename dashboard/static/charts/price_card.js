// A card with one chart of a hub's prices, its readout, its table and its file. There may be several on a page: every
// part is found inside the card.

import { PastDays, withDays } from "../live/past_days.js";
import { saveCsv } from "../market/csv_export.js";
import { operatingDate } from "../market/market_time.js";
import { createTable, renderTable } from "../market/price_table.js";
import { markRange, startRangeTabs } from "../ui/range_tabs.js";
import { part, write } from "./card_parts.js";
import { showRead, startReading } from "./card_reading.js";
import { emptyText, hoursText, labelText, noteText, partText } from "./card_words.js";
import { isCorrected } from "./chart_series.js";
import { neededDays } from "./needed_days.js";
import { createPlot, drawPlot, measured } from "./plot.js";
import { dateSpan, rangeSpan } from "./time_axis.js";
import { within } from "./zoom.js";

/** @import { ChartView, PriceCard, Scene, SceneView } from "./types.js" */
/** @import { HubState, Span } from "../live/types.js" */
/** @import { RangeHandlers } from "../ui/range_tabs.js" */

/**
 * onRange(range) is called with "2h", "24h", "48h" or "7d", onDate(date) with a date or null.
 * @type {(root: HTMLElement, handlers: RangeHandlers) => PriceCard}
 */
export function createPriceCard(root, handlers) {
  /** @type {PriceCard} */
  const card = {
    root,
    plot: createPlot(part(root, "plot"), () => again(card)),
    days: new PastDays(
      (path) => fetch(path),
      () => again(card),
    ),
    table: createTable(root),
    zoom: null,
    hasDayBefore: false,
    last: null,
  };
  startRangeTabs(root, handlers);
  startButtons(card);
  startReading(card, (view) => look(card, view));
  startPaper(card);
  return card;
}

/** @type {(card: PriceCard, state: HubState, view: ChartView) => void} */
export function renderPriceCard(card, state, view) {
  const before = card.last?.view;
  if (before && (before.range !== view.range || before.date !== view.date || card.last?.state.hub !== state.hub))
    startAnew(card);
  if (view.at !== null && view.at !== before?.at) card.plot.readAt = view.at;
  card.last = { state, view };
  measured(card.plot);
  const scene = drawPlot(card.plot, viewOf(card, state, view));
  describe(card, scene, view);
  showRead(card);
  renderTable(card.table, scene);
}

/** @type {(card: PriceCard) => void} */
function startAnew(card) {
  card.zoom = null;
  card.plot.readAt = null;
}

/** After a change of theme, of size, or of what is known of past days. @type {(card: PriceCard) => void} */
export function redrawPriceCard(card) {
  again(card);
}

/** @type {(card: PriceCard) => void} */
function again(card) {
  if (card.last) renderPriceCard(card, card.last.state, card.last.view);
}

/** @type {(card: PriceCard, state: HubState, view: ChartView) => SceneView} */
function viewOf(card, state, view) {
  const { date, range, now, thresholds } = view;
  const whole = date === null ? rangeSpan(state, range, now, card.plot.size.isNarrow) : dateSpan(date);
  const needed = neededDays(state, whole, view, card.hasDayBefore);
  const days = needed.map(({ market, date: day }) => ({ market, ...card.days.day(state.hub, market, day, now) }));
  card.zoom = card.zoom && within(card.zoom, whole);
  const known = withDays(state, days);
  return {
    state: known,
    whole,
    span: card.zoom ?? whole,
    due: date === null || days.some((day) => day.state !== "held") ? null : dueOf(state, whole),
    days: days.map((day) => day.state),
    hasDayBefore: card.hasDayBefore,
    thresholds,
    now,
  };
}

/** Of a date everything is due up to the newest price. @type {(state: HubState, whole: Span) => Span} */
function dueOf(state, { start, end }) {
  return { start, end: Math.min(end, [...state.rt.values()].at(-1)?.end ?? end) };
}

/** @type {(card: PriceCard, scene: Scene, view: ChartView) => void} */
function describe(card, scene, view) {
  const { root, plot } = card;
  const hours = hoursText(view);
  const [empty, note] = [emptyText(scene, view), noteText(scene, view)];
  write(root, "span", card.zoom ? partText(card.zoom) : hours);
  write(root, "empty", empty, empty === "");
  part(root, "empty").dataset.over = scene.da.length ? "day-ahead" : "nothing";
  write(root, "note", note, note === "");
  part(root, "whole").hidden = card.zoom === null;
  part(root, "legend-before").hidden = !card.hasDayBefore;
  plot.host.setAttribute("aria-label", labelText(scene, view));
  Object.assign(plot.host.dataset, {
    rtIntervals: scene.rt.length,
    fmmIntervals: scene.fmm.length,
    gaps: scene.gaps.length,
    corrected: scene.rt.filter(isCorrected).length,
    alerts: scene.alerts.length,
  });
  markRange(root, view, operatingDate(view.now));
}

/** @type {(card: PriceCard) => void} */
function startButtons(card) {
  const { root } = card;
  part(root, "whole").addEventListener("click", () => look(card, null));
  part(root, "before").addEventListener("click", ({ currentTarget }) => {
    card.hasDayBefore = !card.hasDayBefore;
    /** @type {HTMLElement} */ (currentTarget).setAttribute("aria-pressed", String(card.hasDayBefore));
    again(card);
  });
  part(root, "csv").addEventListener("click", () => {
    if (card.plot.scene && card.last) saveCsv(card.plot.scene, card.last.view);
  });
  for (const table of root.querySelectorAll("details")) table.addEventListener("toggle", () => again(card));
}

/** @type {(card: PriceCard, view: Span | null) => void} */
function look(card, view) {
  part(card.root, "menu").hidePopover();
  card.zoom = view;
  again(card);
}

/** Paper is white whatever the screen: dashboard.css has the colours. @type {(card: PriceCard) => void} */
function startPaper(card) {
  const printing = (/** @type {boolean} */ is) => () => {
    document.documentElement.toggleAttribute("data-printing", is);
    again(card);
  };
  addEventListener("beforeprint", printing(true));
  addEventListener("afterprint", printing(false));
  matchMedia("(forced-colors: active)").addEventListener("change", () => again(card));
}
