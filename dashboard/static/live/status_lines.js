// What is worth a line in the log about the connection and the source. No DOM.

import { durationText } from "../market/market_time.js";
import { sourceLevel } from "./source_level.js";

/** @import { Feed } from "./feed.js" */
/** @import { ConnectionState, StandIn, Transport } from "./types.js" */

/**
 * Of a connection that went from one state to another: a line, or "".
 * @type {(before: ConnectionState, connection: Pick<Feed, "state" | "lostMs">) => string}
 */
export function connectionLine(before, connection) {
  if (connection.state === "live")
    return connection.lostMs > 0 ? `Connected again after ${durationText(connection.lostMs)}.` : "";
  if (connection.state === "stale") return "Connection stale: nothing heard for 15 seconds.";
  return before === "live" || before === "stale" ? "Connection lost." : "";
}

const FED_BY = {
  socket: "Live by WebSocket again.",
  stream: "Live by event stream: this network lets no WebSocket through.",
  poll: "Asking every 10 s: this network lets neither WebSocket nor event stream through.",
};

/**
 * Of a page that is fed by another transport than before, or by a fallback from the start: a line, or "".
 * @type {(before: Transport | null, transport: Transport) => string}
 */
export function transportLine(before, transport) {
  return before === null && transport === "socket" ? "" : FED_BY[transport];
}

/**
 * Of a source whose last answer is this old, and was that old a moment ago: a line, or "".
 * @type {(name: string, beforeMs: number | null, ageMs: number | null) => string}
 */
export function sourceLine(name, beforeMs, ageMs) {
  const [before, level] = [sourceLevel(beforeMs), sourceLevel(ageMs)];
  if (before === level || before === "unknown" || ageMs === null) return "";
  return level === "ok" ? `${name} answers again.` : `${name} has not answered for ${durationText(ageMs)}.`;
}

/**
 * Of what stands in for a missing price: a line, or "".
 * @type {(before: StandIn | null, fallback: StandIn | null) => string}
 */
export function fallbackLine(before, fallback) {
  if (before?.quality === fallback?.quality) return "";
  if (!fallback) return "Published prices again.";
  return {
    cached: "Shown: the last price known.",
    interpolated: "Shown: an interpolated price.",
    previous_day: "Shown: yesterday's price of the same hour.",
  }[fallback.quality];
}
