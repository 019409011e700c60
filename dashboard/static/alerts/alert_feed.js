// Alerts of every hub as they come, from the live feed: a hint to look again, so that nothing needs to be resumed.

import { Feed } from "../live/feed.js";
import { feedAddress } from "../live/feed_address.js";
import { CLOSED } from "../live/retry.js";
import { fetchPage } from "../ui/page_refresh.js";

const MOST_HUBS = 50; // the server takes no more to a connection

/** One connection, for as many hubs as it takes. */
class AlertConnection extends Feed {
  constructor(hubs, { onAlerts, onState, onUnknownHub }) {
    super({ cursor: () => null, onFrame() {}, onChange: onState, onTransport: onState, wants: "alerts" });
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

export class AlertFeed {
  /** onAlerts(events) is called with new alerts; onState("live" | "down", transport) when the connection changes. */
  constructor(hubs, { onAlerts, onState }) {
    Object.assign(this, { onAlerts, onState });
    this.watching = setInterval(() => {
      for (const connection of this.connections) connection.watch();
    }, 1000);
    this.follow(hubs);
  }

  follow(hubs) {
    const handlers = {
      onAlerts: this.onAlerts,
      onState: () => this.reportState(),
      onUnknownHub: (connection) => this.refreshHubs(connection),
    };
    const batches = Array.from({ length: Math.ceil(hubs.length / MOST_HUBS) }, (_, n) =>
      hubs.slice(n * MOST_HUBS, (n + 1) * MOST_HUBS),
    );
    this.hubs = hubs;
    this.connections = batches.map((some) => new AlertConnection(some, handlers));
  }

  reportState() {
    const broken = this.connections.find(({ state }) => state !== "live");
    this.onState(broken ? "down" : "live", this.connections[0].transport);
  }

  /**
   * A hub is no longer tracked: the page as the server writes it now names those that are. Where it names the same
   * ones, the wait stays long.
   */
  async refreshHubs(connection) {
    const waiting = connection.timer;
    const hubs = hubsOf(await fetchPage());
    if (
      waiting !== connection.timer ||
      !this.connections.includes(connection) ||
      !hubs ||
      hubs.join() === this.hubs.join()
    )
      return;
    for (const old of this.connections) old.end();
    this.follow(hubs);
  }

  close() {
    clearInterval(this.watching);
    for (const connection of this.connections) connection.end();
    this.connections = [];
  }
}

/** The hubs that a page's data names, by name; null where it has none. */
export function hubsOf(page) {
  const text = page?.getElementById("page-data")?.textContent;
  return text ? JSON.parse(text).hubs.map((known) => known.hub ?? known) : null;
}
