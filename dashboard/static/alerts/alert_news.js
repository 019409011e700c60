// Alerts of every hub as they come, from the live feed: a hint to look anew, so that nothing needs to be resumed.

import { feedAddress } from "../ui/address.js";
import { Feed } from "../live/feed.js";
import { freshPage } from "../ui/refreshed.js";
import { CLOSED } from "../live/retry.js";

const MOST_HUBS = 50; // dashboard/wishes.py takes no more to a connection

/** One connection, for as many hubs as it takes. */
class News extends Feed {
  constructor(hubs, { onAlerts, onState, onUnknownHub }) {
    super({ place: () => null, onFrame() {}, onChange: onState, onWay: onState, asks: "alerts" });
    Object.assign(this, { hubs, onAlerts, onUnknownHub });
    this.open();
  }

  address() {
    return feedAddress(location, this.hubs.join(","), 1, null);
  }

  takeEvents({ events }) {
    const alerts = events.filter((event) => event.kind === "alert");
    if (alerts.length) this.onAlerts(alerts);
  }

  compare() {}

  retry(code) {
    super.retry(code);
    if (code === CLOSED.UNKNOWN_HUB) this.onUnknownHub(this);
  }
}

export class AlertNews {
  /** onAlerts(events) hears of alerts; onState("live" | "down", way) of the connection. */
  constructor(hubs, { onAlerts, onState }) {
    Object.assign(this, { onAlerts, onState });
    this.watching = setInterval(() => { for (const line of this.lines) line.watch(); }, 1000);
    this.follow(hubs);
  }

  follow(hubs) {
    const hears = { onAlerts: this.onAlerts, onState: () => this.tell(), onUnknownHub: (line) => this.askForHubs(line) };
    const lots = Array.from({ length: Math.ceil(hubs.length / MOST_HUBS) }, (_, n) => hubs.slice(n * MOST_HUBS, (n + 1) * MOST_HUBS));
    this.hubs = hubs;
    this.lines = lots.map((lot) => new News(lot, hears));
  }

  tell() {
    const lame = this.lines.find(({ state }) => state !== "live");
    this.onState(lame ? "down" : "live", this.lines[0].fedBy);
  }

  /** A hub is followed no more: the page as the server writes it now knows which are. Where it knows no better, the wait stays long. */
  async askForHubs(line) {
    const waiting = line.timer;
    const hubs = hubsOf(await freshPage());
    if (waiting !== line.timer || !this.lines.includes(line) || !hubs || hubs.join() === this.hubs.join()) return;
    for (const old of this.lines) old.end();
    this.follow(hubs);
  }

  close() {
    clearInterval(this.watching);
    for (const line of this.lines) line.end();
    this.lines = [];
  }
}

/** The hubs that a page's data names, by name; null where it has none. */
export function hubsOf(page) {
  const text = page?.getElementById("page-data")?.textContent;
  return text ? JSON.parse(text).hubs.map((known) => known.hub ?? known) : null;
}
