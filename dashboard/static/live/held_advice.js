// What batteries were advised last, by the battery's number. No DOM.

/** @import { Advice, AdviceEvent, HeldAdvice, HeldEvent } from "./types.js" */

/**
 * With one more advice; one of an earlier interval never replaces a later one: a snapshot may know of advice before its
 * event comes.
 * @type {(held: HeldAdvice, advice: Advice | AdviceEvent) => HeldAdvice}
 */
export function withAdvice(held, advice) {
  const known = held.get(advice.battery_id);
  if (known && Date.parse(known.interval_start) > Date.parse(advice.interval_start)) return held;
  return new Map([...held, [advice.battery_id, advice]]);
}

/**
 * What is held after events: of a battery that is switched off, or gone from the hub, nothing.
 * @type {(held: HeldAdvice, events: HeldEvent[]) => HeldAdvice}
 */
export function afterEvents(held, events) {
  return events.reduce((advice, event) => {
    if (event.kind === "advice") return withAdvice(advice, event);
    return event.kind === "status" && event.active === false ? without(advice, event.battery_id) : advice;
  }, held);
}

/** @type {(held: HeldAdvice, battery: number | undefined) => HeldAdvice} */
function without(held, battery) {
  return new Map([...held].filter(([number]) => number !== battery));
}

/**
 * Events without those that are no news to a person: advice to do what was advised before, and the steps of a
 * back-test between its start and its end.
 * @type {(events: HeldEvent[], held: HeldAdvice) => HeldEvent[]}
 */
export function withoutRepeats(events, held) {
  const actions = new Map([...held].map(([battery, { action }]) => [battery, action]));
  return events.filter((event) => {
    if (event.kind === "status") return event.state !== "running";
    if (event.kind !== "advice") return true;
    const isNew = actions.get(event.battery_id) !== event.action;
    actions.set(event.battery_id, event.action);
    return isNew;
  });
}
