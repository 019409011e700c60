// What is read out of a card's chart, and what is offered at a price.

import { closeWhenLeft, openAlertMenu } from "./alert_menu.js";
import { part } from "./card_parts.js";
import { startChartKeys } from "./chart_keys.js";
import { fillTip, pricesAt } from "./chart_readout.js";
import { startGestures } from "./gestures.js";
import { paneOf } from "./pane.js";
import { redrawPlot } from "./plot.js";
import { priceAt, readOff } from "./price_axis.js";
import { panned } from "./zoom.js";

/** @import { PriceCard, Wishes } from "./types.js" */
/** @import { Span } from "../live/types.js" */

const HINT = "Touch or point at the chart to read a price.";

/** look(view) shows another part of the hours. @type {(card: PriceCard, look: (view: Span | null) => void) => void} */
export function startReading(card, look) {
  const { plot } = card;
  const { host } = plot;
  /** @type {Wishes} */
  const wishes = {
    read: (at) => readOut(card, at),
    readAloud: (at) => readAloud(card, at, look),
    leave: () => stopReading(card),
    look,
    drag: (span) => {
      plot.dragged = span;
      redrawPlot(plot);
    },
    take: (drawn, at) => offer(card, drawn, at),
    takeRead: () => offerRead(card),
  };
  startGestures(plot, wishes);
  startChartKeys(plot, wishes);
  closeWhenLeft(part(card.root, "menu"));
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

/** @type {(card: PriceCard, at: number) => void} */
function readOut(card, at) {
  speak(card, false);
  rest(card, at, card.plot.scene?.span);
}

/**
 * Who reads on beyond the part that is looked at takes it along.
 * @type {(card: PriceCard, at: number, look: (view: Span | null) => void) => void}
 */
function readAloud(card, at, look) {
  const { scene } = card.plot;
  if (!scene) return;
  speak(card, true);
  rest(card, at, scene.whole);
  const { span, whole } = scene;
  if (at < span.start || at >= span.end) look(panned(span, whole, at - (span.start + span.end) / 2));
}

/** @type {(card: PriceCard, at: number, span: Span | undefined) => void} */
function rest(card, at, span) {
  if (!span) return;
  card.plot.readAt = Math.min(span.end - 1, Math.max(span.start, at));
  showRead(card);
  redrawPlot(card.plot);
}

/** @type {(card: PriceCard) => void} */
function stopReading(card) {
  card.plot.readAt = null;
  showRead(card);
  redrawPlot(card.plot);
}

/** Under a narrow chart the place of the words stays when there are none. @type {(card: PriceCard) => void} */
export function showRead({ root, plot }) {
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
