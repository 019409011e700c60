// The operating day so far, of real-time prices. No DOM.

import { dayStart, MINUTE, nextDayStart } from "./market_time.js";
import { newestDue } from "./publication_delay.js";

/** @import { HeldPrice, HubState } from "../live/types.js" */

const FIVE = 5 * MINUTE;

/** @type {(state: HubState, now: number) => HeldPrice[]} */
function today(state, now) {
  const [start, end] = [dayStart(now), nextDayStart(now)];
  return [...state.rt.values()].filter((price) => price.start >= start && price.start < end);
}

/**
 * {held, expected}: how many of today's intervals are held, of those up to the newest, and of those that should be
 * here by now: it counts on while nothing comes.
 * @type {(state: HubState, now: number) => { held: number; expected: number }}
 */
export function todayComplete(state, now) {
  const [prices, start] = [today(state, now), dayStart(now)];
  const due = state.rt.size ? newestDue(state, now) + FIVE : start;
  return { held: prices.length, expected: Math.max(0, Math.max(prices.at(-1)?.end ?? start, due) - start) / FIVE };
}
