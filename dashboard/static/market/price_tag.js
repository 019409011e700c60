// What a tile says of its price besides the number: below zero, and the rule that matters most. No DOM.

import { isUnverified, priceTone, shortText, UNVERIFIED } from "./format.js";

/** @import { Market, Quality, Severity, Threshold } from "../live/types.js" */

const GRAVITY = { info: 0, warning: 1, critical: 2 };

/** @type {(severity?: Severity) => number} */
const gravity = (severity) => GRAVITY[severity ?? "info"];

/**
 * Of the rules on this market whose limit the price is beyond the gravest, of equally grave ones that with the
 * furthest limit; or null.
 * @type {(lmp: number, thresholds: Threshold[], market: Market) => Threshold | null}
 */
export function gravestRule(lmp, thresholds, market) {
  const beyond = (/** @type {Threshold} */ { direction, limit }) => (direction === "above" ? lmp > limit : lmp < limit);
  const near = (/** @type {Threshold} */ { limit }) => Math.abs(lmp - limit);
  const crossed = thresholds.filter((rule) => rule.market === market && beyond(rule));
  return crossed.sort((a, b) => gravity(b.severity) - gravity(a.severity) || near(a) - near(b))[0] ?? null;
}

/** "above 100 · Discharge". @type {(rule: Threshold) => string} */
function ruleTag({ direction, limit, name }) {
  return [`${direction} ${shortText(limit)}`, ...(name ? [name] : [])].join(" · ");
}

/**
 * "above 100 · Discharge", "negative · paid to take", "zero", or "" for an ordinary price.
 * @type {(price: { lmp: number, quality: Quality } | null, thresholds: Threshold[], market: Market) => string}
 */
export function priceTag(price, thresholds, market) {
  if (!price) return "";
  const [tone, rule] = [priceTone(price.lmp), gravestRule(price.lmp, thresholds, market)];
  return [
    ...(tone === "negative" || tone === "zero" ? [tone] : []),
    ...(rule ? [ruleTag(rule)] : tone === "negative" ? ["paid to take"] : []),
    ...(isUnverified(price) ? [UNVERIFIED] : []),
  ].join(" · ");
}
