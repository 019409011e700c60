// How much the age of the source's last answer says. No DOM.

import { MINUTE } from "../market/market_time.js";

/** @typedef {"ok" | "late" | "down" | "unknown"} SourceLevel "unknown" where nobody knows the age. */

/** @type {(ageMs: number | null) => SourceLevel} */
export function sourceLevel(ageMs) {
  if (ageMs === null) return "unknown";
  return ageMs <= 6 * MINUTE ? "ok" : ageMs <= 15 * MINUTE ? "late" : "down";
}
