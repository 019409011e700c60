// What is worth a line in the log about the connection. No DOM.

import { durationText } from "../market/market_time.js";

/** @import { Feed } from "./feed.js" */
/** @import { ConnectionState, Transport } from "./types.js" */

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
