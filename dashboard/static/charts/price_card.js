// A card with one chart of a hub's prices, its readout, its table and its file. There may be several on a page: every
// part is found inside the card.

import { PastDays, withDays } from "../live/past_days.js";
import { saveCsv } from "../market/csv_export.js";
import { operatingDate } from "../market/market_time.js";
import { createTable, renderTable } from "../market/price_table.js";
import { markRange, startRangeTabs } from "../ui/range_tabs.js";
import { openAlertMenu } from "./alert_menu.js";
import { emptyText, hoursText, labelText, noteText, partText } from "./card_words.js";
import { fillTip, pricesAt } from "./chart_readout.js";
import { isCorrected } from "./chart_series.js";
import { startGestures } from "./gestures.js";
import { neededDays } from "./needed_days.js";
import { paneOf } from "./pane.js";
import { createPlot, drawPlot, measured, redrawPlot } from "./plot.js";
import { priceAt, readOff } from "./price_axis.js";
import { dateSpan, rangeSpan } from "./time_axis.js";
import { panned, within } from "./zoom.js";

/** @import { ChartView, PriceCard, Scene, SceneView } from "./types.js" */
/** @import { HubState, Span } from "../live/types.js" */
/** @import { RangeHandlers } from "../ui/range_tabs.js" */

const HINT = "Touch the chart to read a price.";

/** @type {(root: HTMLElement, name: string) => HTMLElement} */
function part(root, name) {
  return /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
}

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
  startReading(card);
  startPaper(card);
  return card;
}

/** @type {(card: PriceCard, state: HubState, view: ChartView) => void} */
export function renderPriceCard(card, state, view) {
  const before = card.last?.view;
  if (before && (before.range !== view.range || before.date !== view.date || card.last?.state.hub !== state.hub))
    startAnew(card);
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

/** @type {(root: HTMLElement, name: string, text: string, isHidden?: boolean) => void} */
function write(root, name, text, isHidden = false) {
  const element = part(root, name);
  if (element.textContent !== text) element.textContent = text;
  element.hidden = isHidden;
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

/** @type {(card: PriceCard) => void} */
function startReading(card) {
  const { plot } = card;
  const { host } = plot;
  startGestures(plot, {
    read: (at) => readOut(card, at, false),
    readAloud: (at) => readOut(card, at, true),
    leave: () => stopReading(card),
    look: (view) => look(card, view),
    drag: (span) => {
      plot.dragged = span;
      redrawPlot(plot);
    },
    take: (drawn, at) => offer(card, drawn, at),
    takeRead: () => offerRead(card),
  });
  host.addEventListener("focus", () => speak(card, host.matches(":focus-visible")));
  host.addEventListener("blur", () => {
    speak(card, false);
    if (!part(card.root, "menu").matches(":popover-open")) stopReading(card);
  });
  showRead(card);
}

/**
 * Only for who reads by keyboard is it said aloud: under a resting mouse the words change with every price.
 * @type {(card: PriceCard, aloud: boolean) => void}
 */
function speak({ root }, aloud) {
  part(root, "tip").setAttribute("aria-live", aloud ? "polite" : "off");
}

/** Who reads on beyond the part that is looked at takes it along. @type {(card: PriceCard, at: number, aloud: boolean) => void} */
function readOut(card, at, aloud) {
  const { plot } = card;
  if (!plot.scene) return;
  const { span, whole } = plot.scene;
  speak(card, aloud);
  plot.readAt = Math.min(whole.end - 1, Math.max(whole.start, at));
  if (plot.readAt < span.start || plot.readAt >= span.end)
    if (aloud) return look(card, panned(span, whole, plot.readAt - (span.start + span.end) / 2));
    else plot.readAt = Math.min(span.end - 1, Math.max(span.start, plot.readAt));
  showRead(card);
  redrawPlot(plot);
}

/** @type {(card: PriceCard) => void} */
function stopReading(card) {
  card.plot.readAt = null;
  showRead(card);
  redrawPlot(card.plot);
}

/** Under a narrow chart the place of the words stays when there are none. @type {(card: PriceCard) => void} */
function showRead({ root, plot }) {
  const tip = part(root, "tip");
  tip.hidden = plot.readAt === null && !plot.size.isNarrow;
  if (plot.readAt !== null) fillTip(plot, tip, plot.readAt);
  else if (tip.textContent !== HINT) tip.replaceChildren(HINT);
}

/** @type {(card: PriceCard, drawn: number, at: { x: number, y: number }) => void} */
function offer({ root, plot }, drawn, at) {
  if (!plot.scene) return;
  const { axis, state } = plot.scene;
  const { left, width } = plot.host.getBoundingClientRect();
  const isLeft = !plot.size.isNarrow && at.x - left <= width / 2;
  openAlertMenu(part(root, "menu"), state.hub, readOff(priceAt(drawn, axis), axis), at, isLeft);
}

/** At the price that is read out. @type {(card: PriceCard) => void} */
function offerRead(card) {
  const { plot } = card;
  const [pane, scene] = [paneOf(plot), plot.scene];
  if (!pane || !scene) return;
  const at = plot.readAt ?? scene.rt.at(-1)?.start ?? scene.now;
  const { rt, fmm, da } = pricesAt(scene, at);
  const price = rt ?? fmm ?? da;
  if (!price) return;
  const { left, top } = plot.host.getBoundingClientRect();
  const drawn = scene.place(price.lmp);
  offer(card, drawn, { x: left + pane.x(at), y: top + pane.y(drawn) });
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
