// Alerts by polling the page of alerts: those that are new on it since it was last fetched, as the feed would send
// them.

import { serverNow } from "./server_clock.js";

export function alertPoll(_query, fetched) {
  let known = null;
  return async () => {
    const page = new DOMParser().parseFromString(await (await fetched("/alerts/")).text(), "text/html");
    const open = [...page.querySelectorAll("#open-card [data-alert]")].map(eventOf);
    const events = known === null ? [] : open.filter(({ alert_id }) => !known.has(alert_id));
    const isFirst = known === null;
    known = new Set([...(known ?? []), ...open.map(({ alert_id }) => alert_id)]);
    return [
      ...(isFirst ? [{ type: "hello", feeds: {} }] : []),
      { type: "heartbeat", feeds: {} },
      { type: "events", events },
    ];
  };
}

function eventOf({ dataset }) {
  return {
    kind: "alert",
    state: "open",
    alert_id: Number(dataset.alert),
    at: new Date(serverNow()).toISOString(),
    text: dataset.text,
  };
}
