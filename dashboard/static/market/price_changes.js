// What moved since the interval before, as values and words. No DOM.

import { dayAheadAt, ESTIMATED, shownRealTime } from "../live/store.js";
import { priceText, signedText } from "./format.js";
import { HOUR, hourEnding, MINUTE, timeText } from "./market_time.js";

/** @import { HeldPrice, HubState } from "../live/types.js" */

const FIVE = 5 * MINUTE;

/**
 * The published price of the interval before the shown one, or null: an estimate has no change.
 * @type {(state: HubState, now: number) => HeldPrice | null}
 */
function before(state, now) {
  const shown = shownRealTime(state, now);
  if (!shown?.price || ESTIMATED.has(shown.quality)) return null;
  return state.rt.get(shown.price.start - FIVE) ?? null;
}

/** @type {(amount: number) => string} */
function arrow(amount) {
  if (Math.round(amount * 100) === 0) return "=";
  return amount > 0 ? "▲" : "▼";
}

/** "▲ +4.12", "▼ −4.12", "= 0.00". @type {(amount: number) => string} */
export function moveText(amount) {
  return `${arrow(amount)} ${signedText(amount)}`;
}

/** "▲ +4.12 since 14:30", or "". @type {(state: HubState, now: number) => string} */
export function realTimeChange(state, now) {
  const [price, previous] = [shownRealTime(state, now)?.price, before(state, now)];
  return price && previous ? `${moveText(price.lmp - previous.lmp)} since ${timeText(previous.start)}` : "";
}

/**
 * The spread's change between the same two intervals, each against day-ahead of its own hour; or "".
 * @type {(state: HubState, now: number) => string}
 */
export function spreadChange(state, now) {
  const [price, previous] = [shownRealTime(state, now)?.price, before(state, now)];
  if (!price || !previous) return "";
  const [beside, then] = [dayAheadAt(state, price.start), dayAheadAt(state, previous.start)];
  if (!beside || !then) return "";
  return `${moveText(price.lmp - beside.lmp - (previous.lmp - then.lmp))} since ${timeText(previous.start)}`;
}

/** "▼ −2.10 on HE15", or "". @type {(state: HubState, now: number) => string} */
export function dayAheadChange(state, now) {
  const [price, previous] = [dayAheadAt(state, now), dayAheadAt(state, now - HOUR)];
  return price && previous ? `${moveText(price.lmp - previous.lmp)} on HE${hourEnding(now - HOUR)}` : "";
}

/** "next HE16 13.90 ▲", or "". @type {(state: HubState, now: number) => string} */
export function nextHourText(state, now) {
  const [price, next] = [dayAheadAt(state, now), dayAheadAt(state, now + HOUR)];
  return price && next ? `next HE${hourEnding(now + HOUR)} ${priceText(next.lmp)} ${arrow(next.lmp - price.lmp)}` : "";
}
