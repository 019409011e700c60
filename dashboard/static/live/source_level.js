// How much the age of the source's last answer says. No DOM.

import { MINUTE } from "../market/market_time.js";

/** "ok", "late", "down", or "unknown" where nobody knows the age. */
export function sourceLevel(ageMs) {
  if (ageMs === null) return "unknown";
  return ageMs <= 6 * MINUTE ? "ok" : ageMs <= 15 * MINUTE ? "late" : "down";
}
