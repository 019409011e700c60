// Alerts in words, as short as the page needs them. No DOM.

import { shortText } from "../market/format.js";

/** @import { AlertEvent, Severity, Threshold } from "../live/types.js" */

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

/**
 * "Discharge, RT above 100": a rule by its name, if it has one, and what it watches for.
 * @type {(rule: Threshold & { watched?: string }) => string}
 */
export function namedRuleText(rule) {
  return rule.name ? `${rule.name}, ${ruleText(rule)}` : ruleText(rule);
}

/** What happened to an alert, as people say it. @type {Record<AlertEvent["state"], string>} */
export const STATE_WORDS = { open: "open", cleared: "cleared", retracted: "withdrawn" };

/**
 * What an alert's number is: of anything watched but the price itself, its own name.
 * @type {(watched?: string) => string}
 */
export function figureName(watched = "lmp") {
  return ["lmp", "dearest", "cheapest"].includes(watched) ? "price" : watched;
}

/** "‼ critical" and "⚠ warning"; nothing of what only informs. @type {(severity?: Severity) => string} */
export function severityText(severity = "info") {
  return SEVERITY[severity] ? `${SEVERITY[severity]}${severity}` : "";
}

/**
 * What is said aloud of an alert: "Alert, critical: Evening. SP15 63.68 dollars per megawatt-hour, over 20,
 * 07:05–07:10 PT". Of one that is over, what its own text says.
 * @type {(alert: AlertEvent) => string}
 */
export function spokenText({ name, severity = "info", state, text }) {
  const words = text.replaceAll("$/MWh", "dollars per megawatt-hour").replaceAll(" · ", ", ");
  if (state !== "open") return words;
  return `Alert${severity === "info" ? "" : `, ${severity}`}: ${name ? `${name}. ` : ""}${words}`;
}
