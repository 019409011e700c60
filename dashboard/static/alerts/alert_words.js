// Alerts in words, as short as the page needs them. No DOM.

import { shortText } from "../market/format.js";

const MARKET = { RTM: "RT", DAM: "DA", RTPD: "FMM" };
const SEVERITY = { info: "", warning: "⚠\uFE0E ", critical: "‼\uFE0E " };

/** "RT above 100", "RT spread below −20", "DA dearest 5 %", "RT data older than 15 min". */
export function ruleText({ market, watched = "lmp", direction, limit }) {
  if (watched === "age") return `${MARKET[market]} data older than ${shortText(limit)} min`;
  if (watched === "dearest" || watched === "cheapest") return `${MARKET[market]} ${watched} ${shortText(limit)} %`;
  return [MARKET[market], watched === "lmp" ? "" : watched, direction, shortText(limit)].filter(Boolean).join(" ");
}

/** "‼ critical" and "⚠ warning"; nothing of what only informs. */
export function severityText(severity = "info") {
  return SEVERITY[severity] ? `${SEVERITY[severity]}${severity}` : "";
}
