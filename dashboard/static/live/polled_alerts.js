// Alerts by polling the page of alerts:
// those that are new on it since it was last fetched, as the feed would send them.

import { pageIn } from "../ui/page_refresh.js";
import { serverNow } from "./server_clock.js";

/** @import { AlertEvent, Fetch } from "./types.js" */

/** @type {(fetched: Fetch) => () => Promise<object[]>} */
export function alertPoll(fetched) {
  /** @type {Set<number> | null} */
  let known = null;
  return async () => {
    const page = pageIn(await (await fetched("/alerts/")).text());
    if (!page) throw new TypeError("Not our page of alerts.");
    const open = [.../** @type {NodeListOf<HTMLElement>} */ (page.querySelectorAll("#open-card [data-alert]"))];
    const before = known;
    known = new Set([...(before ?? []), ...open.map(idOf)]);
    return [
      ...(before === null ? [{ type: "hello", feeds: {} }] : []),
      { type: "heartbeat", feeds: {} },
      { type: "events", events: before === null ? [] : open.filter((line) => !before.has(idOf(line))).map(eventOf) },
    ];
  };
}

/** @type {(line: HTMLElement) => number} */
function idOf({ dataset }) {
  return Number(dataset.alert);
}

/** @type {(line: HTMLElement) => Partial<AlertEvent>} */
function eventOf(line) {
  const at = new Date(serverNow()).toISOString();
  return { kind: "alert", state: "open", alert_id: idOf(line), at, text: line.dataset.text };
}
