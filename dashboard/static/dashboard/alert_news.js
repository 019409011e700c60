// Alerts of several hubs as they come, from the live feed: a hint to look anew, so that nothing needs to be resumed.

import { freshPage } from "./refreshed.js";
import { CLOSED, delayAfter } from "./retry.js";

const MOST_HUBS = 10;
const STALE_MS = 15_000;

export class AlertNews {
  /** onAlerts(events) hears of alerts; onState("live" | "down") of the connection. */
  constructor(hubs, { onAlerts, onState }) {
    Object.assign(this, { hubs, onAlerts, onState, lostAt: null });
    this.open();
  }

  open() {
    this.byeMs = null;
    this.socket = new WebSocket(address(this.hubs));
    this.socket.onmessage = ({ data }) => this.take(JSON.parse(data));
    this.socket.onclose = ({ code }) => this.lose(code);
    this.hear();
  }

  hear() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lose(null), STALE_MS);
  }

  take(frame) {
    this.hear();
    if (frame.type === "hello") { this.lostAt = null; this.onState("live"); }
    if (frame.type === "bye") this.byeMs = frame.retry_ms;
    const alerts = frame.type === "events" ? frame.events.filter((event) => event.kind === "alert") : [];
    if (alerts.length) this.onAlerts(alerts);
  }

  lose(code) {
    this.close();
    this.onState("down");
    this.lostAt ??= performance.now();
    const wait = delayAfter({ code, byeMs: this.byeMs, lostMs: performance.now() - this.lostAt });
    this.timer = setTimeout(() => this.open(), wait);
    if (code === CLOSED.UNKNOWN_HUB) this.askForHubs();
  }

  /** A hub is followed no more: the page as the server writes it now knows which are. Where it knows no better, the wait stays long. */
  async askForHubs() {
    const waiting = this.timer;
    const hubs = hubsOf(await freshPage());
    if (waiting !== this.timer || !hubs || hubs.join() === this.hubs.join()) return;
    this.hubs = hubs;
    clearTimeout(this.timer);
    this.open();
  }

  /** Of a dead wire the end may take minutes: it is not waited for. */
  close() {
    clearTimeout(this.timer);
    this.timer = null;
    Object.assign(this.socket, { onmessage: null, onclose: null });
    this.socket.close();
  }
}

function address(hubs) {
  const query = new URLSearchParams({ hubs: hubs.slice(0, MOST_HUBS).join(","), hours: 1 });
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws?${query}`;
}

/** The hubs that a page's data names, by name; null where it has none. */
export function hubsOf(page) {
  const text = page?.getElementById("page-data")?.textContent;
  return text ? JSON.parse(text).hubs.map((known) => known.hub ?? known) : null;
}
