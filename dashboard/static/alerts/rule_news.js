// What people did to rules and alerts, as status events tell it. No DOM.

import { withAcknowledged } from "./held_alerts.js";

/** @import { HeldEvent, HubState, MutedRule, StatusEvent } from "../live/types.js" */

/**
 * A hub after events: its limits, who has seen which alert, which rules are muted.
 * @type {(state: HubState, events: HeldEvent[]) => HubState}
 */
export function withNews(state, events) {
  return events.reduce(told, state);
}

/** @type {(state: HubState, event: HeldEvent) => HubState} */
function told(state, event) {
  if (event.kind !== "status") return state;
  if (event.about === "rules" && event.thresholds) return { ...state, thresholds: event.thresholds };
  if (event.about === "mute") return { ...state, muted: withMuted(state.muted, event) };
  if (event.about !== "acknowledged") return state;
  const who = { by: event.by ?? "", at: Date.parse(event.at ?? "") };
  return { ...state, alerts: withAcknowledged(state.alerts, event.alert_id ?? 0, who) };
}

/** @type {(muted: MutedRule[], event: StatusEvent) => MutedRule[]} */
function withMuted(muted, { rule_id: rule = 0, name = "", until }) {
  const others = muted.filter((one) => one.rule !== rule);
  return until ? [...others, { rule, name, until }] : others;
}

/** The rules that send nothing now. @type {(state: HubState, now: number) => MutedRule[]} */
export function mutedNow({ muted }, now) {
  return muted.filter(({ until }) => Date.parse(until) > now);
}
