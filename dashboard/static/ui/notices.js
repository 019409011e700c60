// The banners: simulated, connection, source, and a price that was not observed. Each appears only when it has something to say.

import { clockText, durationText, intervalText, MINUTE, roughDurationText } from "../market/market_time.js";
import { isOverdue, nextExpected } from "../market/publication_delay.js";
import { element, reveal, show } from "./show.js";
import { sourceLevel } from "../live/source_level.js";
import { newestRealTime } from "../live/store.js";

export function renderNotices(state, connection, source, now) {
  reveal("notice-simulated", source.name === "simulator");
  notice("connection", connectionText(connection, now) || replayText(connection) || pollingText(connection));
  element("notice-connection").dataset.tone = connection.state === "live" ? "warn" : "bad";
  reveal("retry", connection.state !== "live");
  notice("source", connection.state === "live" ? sourceText(state, source, now) : source.trouble ?? "");
  notice("quality", qualityText(state, now));
}

function notice(name, text) {
  reveal(`notice-${name}`, text !== "");
  if (text) show(`notice-${name}-text`, text);
}

function replayText({ state, catchingUp }) {
  return state === "live" && catchingUp ? `Catching up on ${roughDurationText(catchingUp.ms)}: what was published while the connection was gone is coming in now.` : "";
}

function pollingText({ state, transport }) {
  return state === "live" && transport === "poll"
    ? "This network lets no live feed through. Prices are asked for every 10 s; alerts and corrections appear here once the feed comes through again." : "";
}

function connectionText(connection, now) {
  if (connection.state === "stale") return "Connection stale: nothing heard from the server for 15 seconds. Prices below are the last received.";
  if (connection.state === "live" || connection.state === "connecting") return "";
  const wait = connection.retryAt === null ? 0 : Math.ceil((connection.retryAt - performance.now()) / 1000);
  const since = connection.lostAt ? `No connection since ${clockText(connection.lostAt)} (${durationText(now - connection.lostAt)}).` : "The server cannot be reached.";
  const why = connection.refusal ? ` ${connection.refusal}` : "";
  return `${since}${why} Prices below are the last received. ${wait > 0 ? `Trying again in ${wait} s.` : "Trying again …"}`;
}

function sourceText(state, source, now) {
  const expected = nextExpected(state);
  const newest = newestRealTime(state);
  const silent = ["late", "down"].includes(sourceLevel(source.ageMs)) ? `${source.name === "simulator" ? "The simulator" : "CAISO"} has not answered for ${durationText(source.ageMs)}.` : "";
  const late = isOverdue(state, now)
    ? `No new real-time price since ${intervalText(newest.start, newest.end)}; the next was due ${durationText(now - expected)} ago.` : "";
  return [silent, source.trouble, late].filter(Boolean).join(" ");
}

function qualityText(state, now) {
  if (!state.fallback) return "";
  const { quality, start } = state.fallback;
  const interval = start === null ? "" : ` for ${intervalText(start, start + 5 * MINUTE)}`;
  const due = nextExpected(state);
  const since = due !== null && due < now ? ` Since ${clockText(due).slice(0, 5)}.` : "";
  const text = {
    cached: `Cached: the real-time price shown is the last one known${interval}; CAISO has published nothing newer.`,
    interpolated: `Interpolated: the real-time price shown${interval} is estimated between two known prices, not published by CAISO.`,
    previous_day: `Previous day: the real-time price shown is the one of the same hour yesterday, not published by CAISO for now.`,
  }[quality];
  return `${text}${since}`;
}
