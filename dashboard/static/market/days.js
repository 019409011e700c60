// What whole days came to: tomorrow and today with their on-peak and off-peak averages, and today among 30 days.

import { element, show } from "../ui/show.js";
import { NOTHING, priceText, priceTone } from "./format.js";
import { dayText, MINUTE, operatingDate, SECOND } from "./market_time.js";

/** @import { Day, DayFigures, DaysAnswer, Rank } from "../live/types.js" */

const EVERY_MS = 15 * MINUTE;
const FIRST_MS = 1_500; // prices come first
const AGAIN_MS = MINUTE; // after no answer
const SPREAD_MS = 10 * SECOND; // so that not all pages ask at once
const COLUMNS = { tomorrowDa: "da", todayDa: "da", todayRt: "rt" };
const FIGURES = { average: "average", onPeak: "on_peak", offPeak: "off_peak" };
const FEWEST_DAYS = 10; // among fewer a rank says little
let timer = 0;
let asked = "";
let today = "";
let isMissed = false;

/** Of the hub that is shown now, and from time to time. @type {(hub: string) => void} */
export function showDays(hub) {
  if (hub === asked) return;
  soon(asked ? 0 : FIRST_MS);
  if (asked) forget();
  asked = hub;
}

/** Prices of whole days have come, or one was corrected. */
export function daysChanged() {
  soon(3 * SECOND + Math.random() * SPREAD_MS);
}

/** Once a minute: what is called today must be the day that runs. @type {(now: number) => void} */
export function daysPass(now) {
  if (today && today !== operatingDate(now)) daysChanged();
}

/** @type {(ms: number) => void} */
function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

/** While nobody looks, nothing is asked for. */
async function ask() {
  soon(EVERY_MS);
  isMissed = document.hidden;
  if (isMissed) return;
  const hub = asked;
  const answer = await fetch(`/api/v1/days?hub=${encodeURIComponent(hub)}&days=30`).catch(() => null);
  /** @type {DaysAnswer | null} */
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  if (hub !== asked) return;
  if (found) render(found);
  else soon(AGAIN_MS);
}

document.addEventListener("visibilitychange", () => {
  if (isMissed && !document.hidden) ask();
});

/** Another hub's figures. */
function forget() {
  for (const column of /** @type {(keyof typeof COLUMNS)[]} */ (Object.keys(COLUMNS))) renderColumn(column, undefined);
  show("days-rank", "");
  show("days-tomorrow", "");
}

/** @type {(answer: DaysAnswer) => void} */
function render({ hub, today: date, days, rank }) {
  today = date;
  const [now, next] = [days.find((day) => day.date === today), days.find((day) => day.date > today)];
  renderColumn("tomorrowDa", next);
  renderColumn("todayDa", now);
  renderColumn("todayRt", now);
  show("days-rank", rankText(rank));
  show("days-tomorrow", next ? dayText(Date.parse(`${next.date}T20:00:00Z`)) : "");
  /** @type {HTMLAnchorElement} */ (element("days-more")).href =
    `/battery/?hub=${encodeURIComponent(hub)}&tab=history#days`;
}

/** @type {(column: keyof typeof COLUMNS, day: Day | undefined) => void} */
function renderColumn(column, day) {
  /** @type {DayFigures | null} */
  const found = day?.[/** @type {"da" | "rt"} */ (COLUMNS[column])] ?? null;
  for (const [id, name] of Object.entries(FIGURES)) {
    const value = found?.[/** @type {"average" | "on_peak" | "off_peak"} */ (name)] ?? null;
    show(`days-${id}-${column}`, priceText(value));
    element(`days-${id}-${column}`).dataset.tone = priceTone(value);
  }
  show(`days-tb4-${column}`, found?.tb4 == null ? NOTHING : `$${Math.round(found.tb4).toLocaleString("en-US")}`);
}

/**
 * "Real-time so far: 3rd highest of 30 days. Day-ahead: 12th, TB4: 1st of 30."
 * @type {(rank: DaysAnswer["rank"]) => string}
 */
export function rankText({ rt_average: rt, da_average: da, da_tb4: tb4 }) {
  const held = Math.max(...[rt, da, tb4].map((rank) => rank?.of ?? 0));
  if (held > 0 && held < FEWEST_DAYS) return `Today's rank needs ${FEWEST_DAYS} days; ${held} are held.`;
  const said = [
    ...(rt ? [`real-time so far ${placeText(rt)}`] : []),
    ...(da ? [`day-ahead ${placeText(da)}`] : []),
    ...(tb4 ? [`its TB4 ${placeText(tb4)}`] : []),
  ].join("; ");
  return said && `Today, ${said}.`;
}

/** "highest of 30 days", "3rd highest of 30 days". @type {(rank: Rank) => string} */
function placeText({ rank, of }) {
  return `${rank === 1 ? "" : `${ordinal(rank)} `}highest of ${of} days`;
}

/** @type {(n: number) => string} */
function ordinal(n) {
  const isTeen = n % 100 > 10 && n % 100 < 14;
  return `${n}${(!isTeen && { 1: "st", 2: "nd", 3: "rd" }[n % 10]) || "th"}`;
}
