// Alerts of several hubs as they come, from the live feed: a hint to look anew, so that nothing needs to be resumed.

import { delayAfter } from "./retry.js";

const MOST_HUBS = 10;
const STALE_MS = 15_000;

/** onAlerts(events) hears of alerts; onState("live" | "down") of the connection. */
export function listen(hubs, { onAlerts, onState }, lostAt = null) {
  const socket = new WebSocket(address(hubs));
  let [byeMs, watchdog, lost] = [null, null, lostAt];
  const over = ({ code = null }) => {
    clearTimeout(watchdog);
    Object.assign(socket, { onmessage: null, onclose: null });
    socket.close(); // of a dead wire the end may take minutes: it is not waited for
    onState("down");
    lost ??= performance.now();
    setTimeout(() => listen(hubs, { onAlerts, onState }, lost), delayAfter({ code, byeMs, lostMs: performance.now() - lost }));
  };
  const hear = () => { clearTimeout(watchdog); watchdog = setTimeout(over, STALE_MS, {}); };
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    hear();
    if (frame.type === "hello") { lost = null; onState("live"); }
    if (frame.type === "bye") byeMs = frame.retry_ms;
    const alerts = frame.type === "events" ? frame.events.filter((event) => event.kind === "alert") : [];
    if (alerts.length) onAlerts(alerts);
  };
  socket.onclose = over;
  hear();
}

function address(hubs) {
  const query = new URLSearchParams({ hubs: hubs.slice(0, MOST_HUBS).join(","), hours: 1 });
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?${query}`;
}
