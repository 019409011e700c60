// Why the screen may not show what CAISO publishes now: one cause at a time, the one that was seen. No DOM.

import {
  clockText,
  dayText,
  durationText,
  HOUR,
  intervalText,
  MINUTE,
  roughDurationText,
  timeText,
} from "../market/market_time.js";
import { lateIntervals } from "../market/publication_delay.js";

/** @import { Feed } from "./feed.js" */
/** @import { HubState, Outage, SourceState } from "./types.js" */

const FIVE = 5 * MINUTE;
const LONG = 20 * HOUR;
const LAST_RECEIVED = "Prices are the last received.";
const LOGGED = new Set(["offline", "source", "late"]); // of connections status_lines.js has lines
const POLLING = [
  "This network lets no live feed through. Prices are asked for every 10 s;",
  "alerts and corrections appear here once the feed comes through again.",
].join(" ");

/** @typedef {Pick<Feed, "state" | "lostAt" | "retryAt" | "refusal" | "catchingUp" | "transport">} Connected */
/** @typedef {Connected & Partial<Pick<Feed, "isSignedOut">>} Connection */

/**
 * The nearest cause hides those behind it: of a source one can only know through a connection.
 * @type {(known: {
 *   state: HubState, connection: Connection, source: SourceState, offlineSince: number | null, isTimeSure: boolean,
 *   now: number
 * }) => Outage | null}
 */
export function outageOf({ state, connection, source, offlineSince, isTimeSure, now }) {
  if (offlineSince !== null && connection.state !== "live")
    return {
      kind: "offline",
      tone: "bad",
      text: `This browser is offline since ${at(offlineSince)}. ${LAST_RECEIVED}`,
    };
  if (connection.isSignedOut) return null; // a notice of its own says so
  const unreached = unreachedText(connection, now);
  if (unreached) return { kind: "unreached", tone: "bad", text: unreached };
  if (connection.state === "live" && connection.catchingUp)
    return { kind: "replay", tone: "warn", text: replayText(connection.catchingUp.ms) };
  if (source.trouble) return { kind: "source", tone: "warn", text: source.trouble };
  const late = isTimeSure ? lateText(state, source, now) : "";
  if (late) return { kind: "late", tone: "warn", text: late };
  if (connection.state === "live" && connection.transport === "poll")
    return { kind: "polling", tone: "warn", text: POLLING };
  return null;
}

/** "20:58". @type {(moment: number) => string} */
function at(moment) {
  return clockText(moment).slice(0, 5);
}

/** @type {(connection: Connection, now: number) => string} */
function unreachedText({ state, lostAt, retryAt, refusal }, now) {
  if (state === "stale") return `Nothing heard from this page's server for 15 seconds. ${LAST_RECEIVED}`;
  if (state !== "down") return "";
  const wait = retryAt === null ? 0 : Math.ceil((retryAt - performance.now()) / 1000);
  const since = lostAt ? ` since ${at(lostAt)} (${durationText(now - lostAt)})` : "";
  const why = refusal ? ` ${refusal}` : "";
  const again = wait > 0 ? `Trying again in ${wait} s.` : "Trying again …";
  return `No connection to this page's server${since}.${why} ${LAST_RECEIVED} ${again}`;
}

/** @type {(ms: number) => string} */
function replayText(ms) {
  return `Catching up on ${roughDurationText(ms)}: what was published while the connection was gone is coming in now.`;
}

/**
 * That CAISO has not published what is due; or, where it did not answer since, that nobody could know.
 * @type {(state: HubState, source: SourceState, now: number) => string}
 */
function lateText(state, { name, answered }, now) {
  const late = lateIntervals(state, now);
  if (!late) return "";
  const [who, asked] = [name === "simulator" ? "The simulator" : "CAISO", Date.parse(answered.RTM ?? "")];
  const what = lacking(late.first, late.last);
  if (asked >= late.due) return `${who} has not published ${what} yet. Due at ${at(late.due)}.`;
  const since = Number.isNaN(asked) ? "" : `: ${who} last answered at ${at(asked)}`;
  return `${what[0].toUpperCase()}${what.slice(1)} could not be fetched yet${since}.`;
}

/** "21:00", "the 3 intervals 20:50–21:05". @type {(first: number, last: number) => string} */
function lacking(first, last) {
  if (first === last) return timeText(first);
  const count = (last - first) / FIVE + 1;
  const since = `since ${dayText(first)}, ${timeText(first)}`;
  return `the ${count} intervals ${last - first < LONG ? intervalText(first, last + FIVE) : since}`;
}

/**
 * A line for the log where the cause is another one than before, or "".
 * @type {(before: Outage | null, outage: Outage | null) => string}
 */
export function outageLine(before, outage) {
  if (before?.kind === outage?.kind) return "";
  if (outage && LOGGED.has(outage.kind)) return outage.text;
  return !outage && (before?.kind === "source" || before?.kind === "late") ? "Prices come in again." : "";
}
