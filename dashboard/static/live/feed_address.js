// The address of the live feed. No DOM.

import { cursorText } from "./cursor.js";

/** @import { Cursor } from "./types.js" */

/**
 * The feed of one hub; with a cursor it resumes from there, without one it begins with a snapshot of so many hours.
 * @type {(at: { protocol: string; host: string }, hub: string, hours: number, cursor: Cursor | null) => string}
 */
export function feedAddress({ protocol, host }, hub, hours, cursor) {
  const query = new URLSearchParams({ hubs: hub, hours: String(hours) });
  if (cursor) query.set("after", cursorText(cursor));
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws?${query}`;
}
