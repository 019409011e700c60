// What a battery should do now, and why, in words. No DOM.

import { megaText, NOTHING } from "./format.js";
import { dayText, intervalText, MINUTE, operatingDate, roughDurationText, timeText } from "./market_time.js";

/** @import { Advice, BatteryName, HeldAdvice, HubState } from "../live/types.js" */

const LATE_AFTER = MINUTE;
const ACTION = { charge: "▲ charge", discharge: "▼ discharge" };
const OF_PRICES = ["no prices", "stale prices"];
const SAID = ["estimated", "nothing is done"]; // in a reason that says it already

/**
 * @typedef {object} AdviceTile
 * @property {BatteryName[]} batteries all at the hub
 * @property {number | null} battery the one shown
 * @property {string} name
 * @property {"charge" | "discharge" | "hold" | "none"} action
 * @property {boolean} isLate
 * @property {string} tag
 * @property {string} figure the state of charge, empty where there is no advice
 * @property {string} of
 * @property {string} reason
 * @property {string} known
 * @property {string} link
 * @property {string} href
 */

/** @type {AdviceTile} */
const NONE = {
  batteries: [],
  battery: null,
  name: "",
  action: "none",
  isLate: false,
  tag: "",
  figure: "",
  of: "",
  reason: "",
  known: "",
  link: "Add a battery",
  href: "/admin/battery/battery/add/",
};

/**
 * Of the first of `wanted` that the hub has, else of its first battery.
 * @type {(state: HubState, named: BatteryName[], wanted: (number | null)[], now: number) => AdviceTile}
 */
export function adviceTile(state, named, wanted, now) {
  const batteries = withAdvised(named, state.advice);
  const battery = wanted.map((id) => batteries.find((one) => one.id === id)).find(Boolean) ?? batteries[0];
  if (!battery) return { ...NONE, reason: `No battery at ${state.hub}.` };
  const about = { battery: battery.id, name: battery.name, link: "Plan", href: `/battery/?battery=${battery.id}` };
  const tile = { ...NONE, batteries, ...about };
  const advice = state.advice.get(battery.id);
  return advice ? { ...tile, ...advised(advice, now) } : { ...tile, reason: waitingText(state) };
}

/**
 * Those that the page was told of, and those that advice came for since.
 * @type {(named: BatteryName[], advice: HeldAdvice) => BatteryName[]}
 */
function withAdvised(named, advice) {
  const news = [...advice.values()].filter((one) => !named.some(({ id }) => id === one.battery_id));
  return [...named, ...news.map((one) => ({ id: one.battery_id, name: one.battery, energy_mwh: one.energy_mwh }))];
}

/** @type {(state: HubState) => string} */
function waitingText(state) {
  return state.seq === null ? "Loading the newest advice …" : "No advice yet: it comes with the next price.";
}

/** @type {(advice: Advice, now: number) => Partial<AdviceTile>} */
function advised(advice, now) {
  const isLate = now - Date.parse(advice.interval_end) >= LATE_AFTER;
  const energy = megaText(advice.energy_mwh, 0);
  return {
    action: isLate ? "hold" : advice.action,
    isLate,
    tag: tagText(advice, isLate),
    figure: advice.soc_mwh === null ? NOTHING : megaText(advice.soc_mwh),
    of: advice.soc_mwh === null ? `of ${energy} MWh` : `MWh of ${energy}`,
    reason: isLate ? lateText(advice, now) : reasonText(advice),
    known: `for ${intervalOf(advice)} · SoC ${knownText(advice, now)}`,
  };
}

/** "▲ charge 1.0 MW", "hold", "hold · stale prices". @type {(advice: Advice, isLate: boolean) => string} */
function tagText({ action, power_mw: power, fallback }, isLate) {
  if (isLate) return "hold · advice is late";
  if (action === "hold") return fallback ? `hold · ${fallback}` : "hold";
  return `${ACTION[action]} ${megaText(Math.abs(power))} MW`;
}

/** @type {(advice: Advice) => string} */
function reasonText({ reason, fallback }) {
  const isSaid = !OF_PRICES.includes(fallback) || SAID.some((words) => reason.includes(words));
  return isSaid ? reason : `${reason} Nothing estimated is acted on.`;
}

/** @type {(advice: Advice, now: number) => string} */
function lateText(advice, now) {
  const ago = roughDurationText(now - Date.parse(advice.interval_end));
  return `The newest advice was for ${intervalOf(advice)}, ${ago} ago. Hold: nothing estimated is acted on.`;
}

/** @type {(advice: Advice) => string} */
function intervalOf({ interval_start: start, interval_end: end }) {
  return intervalText(Date.parse(start), Date.parse(end));
}

/** "reported 12:31", "reckoned since Mon, Jul 13, 08:00". @type {(advice: Advice, now: number) => string} */
function knownText({ soc_source: source, soc_known_at: knownAt }, now) {
  if (source === "unknown") return "unknown: report it";
  const at = Date.parse(knownAt ?? "");
  if (Number.isNaN(at)) return source;
  const day = operatingDate(at) === operatingDate(now) ? "" : `${dayText(at)}, `;
  return `${source}${source === "reckoned" ? " since" : ""} ${day}${timeText(at)}`;
}
