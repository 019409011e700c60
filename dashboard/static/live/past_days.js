// The prices of operating dates that the page does not hold: asked for when they are shown, one after another.

import { dateStart, MINUTE, nextDayStart, operatingDate } from "../market/market_time.js";
import { held } from "./store.js";

/** @import { Fetch, HeldPrices, History, HubState, Market } from "./types.js" */

const AGAIN = { asked: Infinity, failed: MINUTE, held: 10 * MINUTE }; // a past day may be corrected

/** @typedef {{ state: "asked" | "failed" | "held", prices: HeldPrices, at: number }} PastDay */

/** What was fetched, by hub, market and date. `onChange` is called whenever an answer has come. */
export class PastDays {
  /** @param {Fetch} fetched @param {() => void} onChange */
  constructor(fetched, onChange) {
    this.fetched = fetched;
    this.onChange = onChange;
    /** @type {Map<string, PastDay>} */
    this.days = new Map();
    this.asking = Promise.resolve();
  }

  /**
   * What is known of a date by now; it is asked for where that is nothing, or old.
   * @type {(hub: string, market: Market, date: string, now: number) => PastDay}
   */
  day(hub, market, date, now) {
    const key = `${hub} ${market} ${date}`;
    const known = this.days.get(key);
    if (known && now - known.at < AGAIN[known.state]) return known;
    const asked = {
      state: known?.state ?? /** @type {const} */ ("asked"),
      prices: known?.prices ?? new Map(),
      at: Infinity,
    };
    this.days.set(key, asked);
    this.asking = this.asking.then(() => this.ask(key, hub, market, date, now));
    return asked;
  }

  /** @type {(key: string, hub: string, market: Market, date: string, now: number) => Promise<void>} */
  async ask(key, hub, market, date, now) {
    const end = operatingDate(nextDayStart(dateStart(date)));
    const query = new URLSearchParams({ hub, market, start: date, end });
    const before = this.days.get(key)?.prices ?? new Map();
    /** @type {History | null} */
    const history = await this.fetched(`/api/v1/prices?${query}`)
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null); // offline, or refused: it is asked again in a minute
    const prices = history && new Map(history.prices.map(held).map((price) => [price.start, price]));
    this.days.set(key, { state: prices ? "held" : "failed", prices: prices ?? before, at: now });
    this.onChange();
  }
}

/**
 * What the page holds together with what was fetched; of both the feed's is newer.
 * @type {(state: HubState, days: { market: Market, prices: HeldPrices }[]) => HubState}
 */
export function withDays(state, days) {
  const all = (/** @type {Market} */ market, /** @type {HeldPrices} */ live) => {
    const fetched = days.filter((day) => day.market === market && day.prices.size).map((day) => day.prices);
    if (!fetched.length) return live;
    const merged = [...fetched, live].flatMap((prices) => [...prices]);
    return new Map([...new Map(merged)].sort(([a], [b]) => a - b));
  };
  return { ...state, rt: all("RTM", state.rt), fmm: all("RTPD", state.fmm), da: all("DAM", state.da) };
}
