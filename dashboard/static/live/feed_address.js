// The address of the live feed. No DOM.

import { cursorText } from "./cursor.js";

/** The feed of one hub; with a cursor it resumes from there, without one it begins with a snapshot of so many hours. */
export function feedAddress({ protocol, host }, hub, hours, cursor) {
  const query = new URLSearchParams({ hubs: hub, hours });
  if (cursor) query.set("after", cursorText(cursor));
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws?${query}`;
}
