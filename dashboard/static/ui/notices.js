// The banners: simulated, connection, source, and a price that was not observed. Each appears only when it has
// something to say.

import { sourceLevel } from "../live/source_level.js";
import { newestRealTime } from "../live/store.js";
import { clockText, durationText, intervalText, MINUTE, roughDurationText } from "../market/market_time.js";
import { isOverdue, nextExpected } from "../market/publication_delay.js";
import { element, reveal, show } from "./show.js";

/** @import { Feed } from "../live/feed.js" */
/** @import { HubState, SourceState, StandInQuality } from "../live/types.js" */

const NOT_PUBLISHED = "not published by CAISO";
const POLLING = [
  "This network lets no live feed through. Prices are asked for every 10 s;",
  "alerts and corrections appear here once the feed comes through again.",
].join(" ");
/** @type {Record<StandInQuality, (interval: string) => string>} */
const STAND_INS = {
  cached: (interval) =>
    `Cached: the real-time price shown is the last one known${interval}; CAISO has published nothing newer.`,
  interpolated: (interval) =>
    `Interpolated: the real-time price shown${interval} is estimated between two known prices, ${NOT_PUBLISHED}.`,
  previous_day: () =>
    `Previous day: the real-time price shown is the one of the same hour yesterday, ${NOT_PUBLISHED} for now.`,
};

/** @type {(state: HubState, connection: Feed, source: SourceState, now: number) => void} */
export function renderNotices(state, connection, source, now) {
  reveal("notice-simulated", source.name === "simulator");
  notice("connection", connectionText(connection, now) || replayText(connection) || pollingText(connection));
  element("notice-connection").dataset.tone = connection.state === "live" ? "warn" : "bad";
  reveal("retry", connection.state !== "live");
  notice("source", connection.state === "live" ? sourceText(state, source, now) : (source.trouble ?? ""));
  notice("quality", qualityText(state, now));
}

/** @type {(name: string, text: string) => void} */
function notice(name, text) {
  reveal(`notice-${name}`, text !== "");
  if (text) show(`notice-${name}-text`, text);
}

/** @type {(connection: Feed) => string} */
function replayText({ state, catchingUp }) {
  if (state !== "live" || !catchingUp) return "";
  const missed = "what was published while the connection was gone is coming in now.";
  return `Catching up on ${roughDurationText(catchingUp.ms)}: ${missed}`;
}

/** @type {(connection: Feed) => string} */
function pollingText({ state, transport }) {
  return state === "live" && transport === "poll" ? POLLING : "";
}

/** @type {(connection: Feed, now: number) => string} */
function connectionText(connection, now) {
  if (connection.state === "stale")
    return "Connection stale: nothing heard from the server for 15 seconds. Prices below are the last received.";
  if (connection.state === "live" || connection.state === "connecting") return "";
  const wait = connection.retryAt === null ? 0 : Math.ceil((connection.retryAt - performance.now()) / 1000);
  const since = connection.lostAt
    ? `No connection since ${clockText(connection.lostAt)} (${durationText(now - connection.lostAt)}).`
    : "The server cannot be reached.";
  const why = connection.refusal ? ` ${connection.refusal}` : "";
  const again = wait > 0 ? `Trying again in ${wait} s.` : "Trying again …";
  return `${since}${why} Prices below are the last received. ${again}`;
}

/** @type {(state: HubState, source: SourceState, now: number) => string} */
function sourceText(state, source, now) {
  return [silentText(source), source.trouble, lateText(state, now)].filter(Boolean).join(" ");
}

/** @type {(source: SourceState) => string} */
function silentText({ name, ageMs }) {
  if (ageMs === null || sourceLevel(ageMs) === "ok") return "";
  return `${name === "simulator" ? "The simulator" : "CAISO"} has not answered for ${durationText(ageMs)}.`;
}

/** @type {(state: HubState, now: number) => string} */
function lateText(state, now) {
  const [newest, due] = [newestRealTime(state), nextExpected(state)];
  if (!newest || due === null || !isOverdue(state, now)) return "";
  const late = durationText(now - due);
  return `No new real-time price since ${intervalText(newest.start, newest.end)}; the next was due ${late} ago.`;
}

/** @type {(state: HubState, now: number) => string} */
function qualityText(state, now) {
  if (!state.fallback) return "";
  const { quality, start } = state.fallback;
  const interval = start === null ? "" : ` for ${intervalText(start, start + 5 * MINUTE)}`;
  const due = nextExpected(state);
  const since = due !== null && due < now ? ` Since ${clockText(due).slice(0, 5)}.` : "";
  return `${STAND_INS[quality](interval)}${since}`;
}
