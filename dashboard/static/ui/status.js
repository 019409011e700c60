// The status line and the two lamps: which interval, since when, what next, and can this screen be believed?

import { sourceLevel } from "../live/source_level.js";
import { begunRealTime } from "../live/store.js";
import { NOTHING } from "../market/format.js";
import {
  clockText,
  countdownText,
  durationText,
  hourEnding,
  hoursInDay,
  intervalText,
  MINUTE,
  roughDurationText,
  SECOND,
  zoneName,
} from "../market/market_time.js";
import { nextExpected, typicalDelay } from "../market/publication_delay.js";
import { todayComplete } from "../market/today.js";
import { element, reveal, show } from "./show.js";

/** @import { SourceLevel } from "../live/source_level.js" */
/** @import { Feed } from "../live/feed.js" */
/** @import { HeldPrice, HubState, SourceState } from "../live/types.js" */

const CONNECTION = { connecting: "connecting", live: "live", stale: "stale", down: "offline" };
const CONNECTION_HELP = {
  connecting: "Opening the connection to the server",
  live: "Connected: prices appear as they are published",
  stale: "Nothing heard from the server for 15 seconds",
  down: "No connection to the server; trying again",
};
const FED_BY = {
  stream: [
    "live by event stream",
    "This network lets no WebSocket through: prices come by event stream, as they are published",
  ],
  poll: [
    "asking every 10 s",
    "This network lets neither WebSocket nor event stream through: prices are asked for every 10 seconds",
  ],
};
const SOURCE_NAME = { oasis: "OASIS", simulator: "simulator" };
const SOURCE_HELP = {
  ok: "The source answered lately",
  late: "The source has not answered for some minutes",
  down: "The source has not answered for a quarter of an hour",
  unknown: "Not known when the source last answered",
};

/** @type {(state: HubState, now: number) => void} */
export function renderStatus(state, now) {
  renderClock(now);
  renderInterval(begunRealTime(state, now), now);
  renderNext(nextExpected(state), now);
}

/** @type {(now: number) => void} */
function renderClock(now) {
  const day = hoursInDay(now);
  show("clock-time", clockText(now));
  show("clock-zone", zoneName(now));
  show("clock-hour-ending", `HE${hourEnding(now)}`);
  reveal("long-day", day !== 24);
  show("long-day", day === 25 ? "25-hour day: 01:00 comes twice, HE25 after HE2" : "23-hour day: no 02:00, no HE3");
}

/** @type {(price: HeldPrice | null, now: number) => void} */
function renderInterval(price, now) {
  const seen = Date.parse(price?.first_seen ?? "");
  show("interval", price ? intervalText(price.start, price.end) : NOTHING);
  show("first-seen", Number.isNaN(seen) ? NOTHING : clockText(seen));
  show("age-label", "age"); // in place of the server's "as of"
  show("age", price ? durationText(now - price.start) : NOTHING);
}

/** @type {(expected: number | null, now: number) => void} */
function renderNext(expected, now) {
  const left = expected === null ? null : expected - now;
  show("next-label", left === null || left > 0 ? "next in" : left < -MINUTE ? "next late by" : "next");
  show(
    "next",
    left === null ? NOTHING : left > 0 ? countdownText(left) : left < -MINUTE ? durationText(-left) : "due now",
  );
  const passed = left === null ? 0 : Math.min(1, Math.max(0, 1 - left / (5 * MINUTE)));
  element("progress-bar").style.transform = `scaleX(${passed.toFixed(4)})`;
}

/** What moves with the prices only. @type {(state: HubState, now: number) => void} */
export function renderPublication(state, now) {
  const [delay, { held, expected }] = [typicalDelay(state, now), todayComplete(state, now)];
  show("delay", delay === null ? NOTHING : delayText(delay));
  show("complete", expected ? `${held} / ${expected}` : NOTHING);
  element("complete").dataset.tone = held < expected ? "high" : "none";
}

/** @type {(delay: number) => string} */
function delayText(delay) {
  const length = durationText(Math.abs(delay));
  return Math.abs(delay) < SECOND ? "as it starts" : `${length} ${delay < 0 ? "before" : "after"} it starts`;
}

/** @type {(connection: Feed, source: SourceState) => void} */
export function renderLamps(connection, source) {
  const { state } = connection;
  const transport = (state === "live" && connection.transport) || "socket";
  const [text, help] = transport === "socket" ? [CONNECTION[state], CONNECTION_HELP[state]] : FED_BY[transport];
  lamp("connection", transport === "poll" ? "late" : state, text, help);
  renderSourceLamp(source, state === "live" ? sourceLevel(source.ageMs) : "unknown");
}

/** @type {(source: SourceState, level: SourceLevel) => void} */
function renderSourceLamp({ name, ageMs, trouble }, level) {
  const sourceName = SOURCE_NAME[name] ?? name;
  if (ageMs === null && trouble) lamp("source", "down", `${sourceName}: no answer`, trouble);
  else {
    const age = level === "unknown" || ageMs === null ? "" : ` ${roughDurationText(ageMs)}`;
    lamp("source", level, `${sourceName}${age}`, trouble ?? SOURCE_HELP[level]);
  }
}

/** @type {(name: string, state: string, text: string, help: string) => void} */
function lamp(name, state, text, help) {
  const node = element(`lamp-${name}`);
  node.dataset.state = state;
  node.title = help;
  show(`lamp-${name}-text`, text);
}
