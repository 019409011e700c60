// News of one battery as they come, from the live feed of its hub: a hint to look again, so that nothing is resumed.

import { Feed } from "../live/feed.js";
import { feedAddress } from "../live/feed_address.js";
import { isAbout } from "./battery_news.js";

/** @import { AdviceEvent, FeedEvent, Transport } from "../live/types.js" */

/** @typedef {"live" | "down"} BatteryFeedState */

/**
 * @typedef {object} BatteryFeedReader
 * @property {(events: FeedEvent[]) => void} onNews is called with what is about the battery
 * @property {(state: BatteryFeedState, transport: Transport | null) => void} onState is called at a change
 */

export class BatteryFeed extends Feed {
  /** @param {string} hub @param {number} battery @param {BatteryFeedReader} reader */
  constructor(hub, battery, { onNews, onState }) {
    const report = () => onState(this.state === "live" ? "live" : "down", this.transport);
    super({ cursor: () => null, onFrame() {}, onChange: report, onTransport: report, wants: "alerts" });
    this.battery = battery;
    this.onNews = onNews;
    this.watching = setInterval(() => this.watch(), 1000);
    this.hub = hub;
    this.open();
  }

  address() {
    return feedAddress(location, this.hub, 1, null);
  }

  /** @type {(frame: { events: FeedEvent[] }) => void} */
  takeEvents({ events }) {
    const news = events.filter((event) => isAbout(event, this.battery));
    if (news.length) this.onNews(news);
  }

  compare() {}
}
