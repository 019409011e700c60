// When prices come out: learned from those that were seen as they came. No DOM.

import { begunRealTime, newestRealTime } from "../live/store.js";
import { HOUR, MINUTE } from "./market_time.js";

/** @import { HeldPrice, HubState } from "../live/types.js" */

const LEARNED_FROM = 24;
const FEWEST = 3;
const OVERDUE = 5 * MINUTE;
const PASSED_OVER = 10 * MINUTE;

/**
 * The median of first_seen less interval_start, of prices that came by themselves: of those that came together only
 * the newest was not late. Null where too few did.
 * @type {(prices: HeldPrice[]) => number | null}
 */
function medianDelay(prices) {
  const newestSeen = new Map(prices.map((price) => [price.first_seen, Date.parse(price.first_seen) - price.start]));
  const delays = [...newestSeen.values()].filter((delay) => Math.abs(delay) < 10 * MINUTE).sort((a, b) => a - b);
  return delays.length < FEWEST ? null : delays[Math.floor(delays.length / 2)];
}

/**
 * When the next real-time price should be here: five minutes on,
 * at the usual delay (which is negative when CAISO publishes ahead).
 * @type {(state: HubState) => number | null}
 */
export function nextExpected(state) {
  const newest = newestRealTime(state);
  return newest ? newest.end + (medianDelay([...state.rt.values()].slice(-LEARNED_FROM)) ?? 0) : null;
}

/** Whether the next price should have been here five minutes ago. @type {(state: HubState, now: number) => boolean} */
export function isOverdue(state, now) {
  const expected = nextExpected(state);
  return expected !== null && now - expected > OVERDUE;
}

/**
 * Whether no price of the last two intervals is here though one was published ahead:
 * something else may stand in for it.
 * @type {(state: HubState, now: number) => boolean}
 */
export function isPassedOver(state, now) {
  const [newest, begun] = [newestRealTime(state), begunRealTime(state, now)];
  return newest !== begun && now - (begun?.start ?? -Infinity) > PASSED_OVER;
}

/**
 * The typical delay of the last 24 hours in milliseconds, negative before the interval starts; null while unknown.
 * @type {(state: HubState, now: number) => number | null}
 */
export function typicalDelay(state, now) {
  return medianDelay([...state.rt.values()].filter((price) => price.start > now - 24 * HOUR));
}
