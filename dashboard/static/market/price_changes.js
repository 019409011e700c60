// What moved since the interval before, as values and words. No DOM.

import { begunRealTime, dayAheadAt } from "../live/store.js";
import { priceText, signedText } from "./format.js";
import { HOUR, hourEnding, MINUTE, timeText } from "./market_time.js";

/** @import { HeldPrice, HubState } from "../live/types.js" */

const FIVE = 5 * MINUTE;

/**
 * The price shown and the one of the interval before it, or null.
 * @type {(state: HubState, now: number) => [HeldPrice, HeldPrice] | null}
 */
function shownAndBefore(state, now) {
  const price = begunRealTime(state, now);
  const previous = price && state.rt.get(price.start - FIVE);
  return price && previous ? [price, previous] : null;
}

/** @type {(amount: number) => string} */
export function arrow(amount) {
  if (Math.round(amount * 100) === 0) return "=";
  return amount > 0 ? "▲" : "▼";
}

/** "▲ +4.12", "▼ −4.12", "= 0.00". @type {(amount: number) => string} */
export function moveText(amount) {
  return `${arrow(amount)} ${signedText(amount)}`;
}

/** "▲ +4.12 since 14:30", or "". @type {(state: HubState, now: number) => string} */
export function realTimeChange(state, now) {
  const pair = shownAndBefore(state, now);
  return pair ? `${moveText(pair[0].lmp - pair[1].lmp)} since ${timeText(pair[1].start)}` : "";
}

/**
 * The spread's change between the same two intervals, each against day-ahead of its own hour; or "".
 * @type {(state: HubState, now: number) => string}
 */
export function spreadChange(state, now) {
  const [price, previous] = shownAndBefore(state, now) ?? [];
  if (!price || !previous) return "";
  const [beside, then] = [dayAheadAt(state, price.start), dayAheadAt(state, previous.start)];
  if (!beside || !then) return "";
  return `${moveText(price.lmp - beside.lmp - (previous.lmp - then.lmp))} since ${timeText(previous.start)}`;
}

/** Of the hour that `at` lies in: "▼ −2.10 on HE15", or "". @type {(state: HubState, at: number) => string} */
export function dayAheadChange(state, at) {
  const [price, previous] = [dayAheadAt(state, at), dayAheadAt(state, at - HOUR)];
  return price && previous ? `${moveText(price.lmp - previous.lmp)} on HE${hourEnding(at - HOUR)}` : "";
}

/**
 * Of the hour after the one that `at` lies in: "next HE16 13.90 ▲", or "".
 * @type {(state: HubState, at: number) => string}
 */
export function nextHourText(state, at) {
  const [price, next] = [dayAheadAt(state, at), dayAheadAt(state, at + HOUR)];
  return price && next ? `next HE${hourEnding(at + HOUR)} ${priceText(next.lmp)} ${arrow(next.lmp - price.lmp)}` : "";
}
