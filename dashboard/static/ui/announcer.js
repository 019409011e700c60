// What a screen reader says without being asked: one polite line an interval, and what else is announced.

import { begunRealTime, spreadOf } from "../live/store.js";
import { priceText, QUALITY, signedText } from "../market/format.js";
import { intervalText } from "../market/market_time.js";
import { show } from "./show.js";

/** @import { HeldPrice, HubState } from "../live/types.js" */

let announcedFor = "";

/** @type {(state: HubState, now: number) => void} */
export function announceInterval(state, now) {
  const price = begunRealTime(state, now);
  const current = `${state.hub} ${price?.start} ${price?.quality}`;
  if (!price || announcedFor === current) return;
  announcedFor = current;
  const spread = spreadOf(state, now);
  const against = spread === null ? "" : `, ${signedText(spread)} against day-ahead`;
  const words = `${priceText(price.lmp)} dollars per megawatt-hour${against}`;
  announce(`${state.hub} ${intervalText(price.start, price.end)}${qualityText(price)}: ${words}.`);
}

/** What is not simply as published is said to be what it is. @type {(price: HeldPrice) => string} */
function qualityText({ quality }) {
  return quality === "observed" ? "" : `, ${QUALITY[quality]}`;
}

/** @type {(text: string) => void} */
export function announce(text) {
  show("announcer", text);
}
