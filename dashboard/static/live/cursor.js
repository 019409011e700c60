// How the page follows a feed and misses nothing: the same decisions as the server makes, by the same table of cases.

/** @import { Cursor } from "./types.js" */

/**
 * What a frame {epoch, prev, seq} is to a page whose cursor is {epoch, seq}: "next" to take, "seen" to skip, "gap"
 * when something is missing.
 * @type {(cursor: Cursor | null, frame: Cursor & { prev: number }) => "next" | "seen" | "gap"}
 */
export function step(cursor, { epoch, prev, seq }) {
  if (cursor === null || epoch !== cursor.epoch) return "gap";
  if (seq <= cursor.seq) return "seen";
  return prev === cursor.seq ? "next" : "gap";
}

/**
 * Whether a feed whose head is this has something that a page with this cursor has not. A heartbeat names no epoch.
 * @type {(cursor: Cursor, head: number, epoch?: string) => boolean}
 */
export function isBehind(cursor, head, epoch = cursor.epoch) {
  return epoch !== cursor.epoch || head > cursor.seq;
}

/** A cursor as an address carries it: "epoch:seq", or "" for none. @type {(cursor: Cursor | null) => string} */
export function cursorText(cursor) {
  return cursor === null ? "" : `${cursor.epoch}:${cursor.seq}`;
}
