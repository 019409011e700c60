// Alerts in words, as short as the page needs them. No DOM.

import { shortText } from "../market/format.js";

/** @import { Severity, Threshold } from "../live/types.js" */

const MARKET = { RTM: "RT", DAM: "DA", RTPD: "FMM" };
const SEVERITY = { info: "", warning: "⚠\uFE0E ", critical: "‼\uFE0E " };

/**
 * "RT above 100", "RT spread below −20", "DA dearest 5 %", "RT data older than 15 min".
 * @type {(rule: Threshold & { watched?: string }) => string}
 */
export function ruleText({ market, watched = "lmp", direction, limit }) {
  if (watched === "age") return `${MARKET[market]} data older than ${shortText(limit)} min`;
  if (watched === "dearest" || watched === "cheapest") return `${MARKET[market]} ${watched} ${shortText(limit)} %`;
  return [MARKET[market], watched === "lmp" ? "" : watched, direction, shortText(limit)].filter(Boolean).join(" ");
}

/** "‼ critical" and "⚠ warning"; nothing of what only informs. @type {(severity?: Severity) => string} */
export function severityText(severity = "info") {
  return SEVERITY[severity] ? `${SEVERITY[severity]}${severity}` : "";
}
