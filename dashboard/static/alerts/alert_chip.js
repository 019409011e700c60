// On a screen where the list of alerts is far below the price: a chip beside it that says what is open.

import { element, reveal, show } from "../ui/show.js";
import { namedRuleText } from "./alert_words.js";
import { openAlerts } from "./held_alerts.js";

/** @import { AlertEvent, HubState } from "../live/types.js" */

const GRAVITY = { critical: 0, warning: 1, info: 2 };

/** @type {(state: HubState) => void} */
export function renderAlertChip(state) {
  const open = openAlerts(state).map(({ opened }) => opened);
  reveal("alert-chip", open.length > 0);
  show("alert-chip", chipText(open));
  const first = gravest(open);
  element("alert-chip").dataset.severity = first ? (first.severity ?? "info") : "";
}

/** @type {(open: AlertEvent[]) => AlertEvent | undefined} */
function gravest(open) {
  const gravity = (/** @type {AlertEvent} */ { severity = "info" }) => GRAVITY[severity];
  return [...open].sort((a, b) => gravity(a) - gravity(b))[0];
}

/** "⚑ Discharge, RT above 100 and 1 more", or "". @type {(open: AlertEvent[]) => string} */
export function chipText(open) {
  const first = gravest(open);
  if (!first) return "";
  return `⚑ ${namedRuleText(first)}${open.length > 1 ? ` and ${open.length - 1} more` : ""}`;
}
