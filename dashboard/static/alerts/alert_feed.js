// Alerts of every hub as they come, from the live feed: a hint to look again, so that nothing needs to be resumed.

import { Feed } from "../live/feed.js";
import { feedAddress } from "../live/feed_address.js";
import { CLOSED } from "../live/retry.js";
import { fetchPage } from "../ui/page_refresh.js";

/** @import { AlertEvent, FeedEvent, Transport } from "../live/types.js" */

const MOST_HUBS = 50; // the server takes no more to a connection

/** @typedef {"live" | "down"} AlertFeedState */
/** @typedef {(alerts: AlertEvent[]) => void} OnAlerts */

/**
 * @typedef {object} ConnectionHandlers
 * @property {OnAlerts} onAlerts
 * @property {() => void} onNews
 * @property {() => void} onState
 * @property {(connection: AlertConnection) => void} onUnknownHub
 */

/** One connection, for as many hubs as it takes. */
class AlertConnection extends Feed {
  /** @param {string[]} hubs @param {ConnectionHandlers} handlers */
  constructor(hubs, { onAlerts, onNews, onState, onUnknownHub }) {
    super({ cursor: () => null, onFrame() {}, onChange: onState, onTransport: onState, wants: "alerts" });
    this.hubs = hubs;
    this.onAlerts = onAlerts;
    this.onNews = onNews;
    this.onUnknownHub = onUnknownHub;
    this.open();
  }

  address() {
    return feedAddress(location, this.hubs.join(","), 1, null);
  }

  /** @type {(frame: { events: FeedEvent[] }) => void} */
  takeEvents({ events }) {
    const alerts = events.filter((event) => event.kind === "alert");
    if (alerts.length) this.onAlerts(alerts);
    if (events.some((event) => event.kind === "status" && event.about)) this.onNews();
  }

  compare() {}

  /** @type {(code?: number | null) => void} */
  retry(code) {
    super.retry(code);
    if (code === CLOSED.UNKNOWN_HUB) this.onUnknownHub(this);
  }
}

/**
 * @typedef {object} AlertFeedReader
 * @property {OnAlerts} onAlerts is called with new alerts
 * @property {() => void} [onNews] is called when somebody has acknowledged, muted or changed something
 * @property {(state: AlertFeedState, transport: Transport | null) => void} onState is called at a change
 */

export class AlertFeed {
  /** @type {AlertConnection[]} */
  connections = [];
  /** @type {string[]} */
  hubs = [];

  /** @param {string[]} hubs @param {AlertFeedReader} reader */
  constructor(hubs, { onAlerts, onNews = () => {}, onState }) {
    this.onAlerts = onAlerts;
    this.onNews = onNews;
    this.onState = onState;
    this.watching = setInterval(() => {
      for (const connection of this.connections) connection.watch();
    }, 1000);
    this.follow(hubs);
  }

  /** @type {(hubs: string[]) => void} */
  follow(hubs) {
    const handlers = {
      onAlerts: this.onAlerts,
      onNews: this.onNews,
      onState: () => this.reportState(),
      onUnknownHub: (/** @type {AlertConnection} */ connection) => this.refreshHubs(connection),
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
   * @type {(connection: AlertConnection) => Promise<void>}
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

/**
 * The hubs that a page's data names, by name; null where it has none.
 * @type {(page: Document | null) => string[] | null}
 */
export function hubsOf(page) {
  const text = page?.getElementById("page-data")?.textContent;
  /** @type {{ hubs: (string | { hub: string })[] } | null} */
  const data = text ? JSON.parse(text) : null;
  return data?.hubs.map((known) => (typeof known === "string" ? known : known.hub)) ?? null;
}
