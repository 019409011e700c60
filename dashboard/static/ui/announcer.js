// What a screen reader says without being asked: one polite line an interval, and what else is announced.

import { ESTIMATED, shownRealTime, spreadOf } from "../live/store.js";
import { priceText, QUALITY, signedText } from "../market/format.js";
import { intervalText } from "../market/market_time.js";
import { show } from "./show.js";

/** @import { HubState, ShownPrice } from "../live/types.js" */

let announcedFor = "";

/** @type {(state: HubState, now: number) => void} */
export function announceInterval(state, now) {
  const shown = shownRealTime(state, now);
  const current = `${state.hub} ${shown?.start} ${shown?.quality}`;
  if (!shown?.start || !shown.end || announcedFor === current) return;
  announcedFor = current;
  const spread = spreadOf(state, now);
  const against = spread === null ? "" : `, ${signedText(spread)} against day-ahead`;
  const price = `${priceText(shown.lmp)} dollars per megawatt-hour${against}`;
  announce(`${state.hub} ${intervalText(shown.start, shown.end)}${qualityText(shown)}: ${price}.`);
}

/** What is not simply a price as it was published is said to be what it is. @type {(shown: ShownPrice) => string} */
function qualityText({ quality }) {
  if (quality === "observed") return "";
  return `, ${ESTIMATED.has(quality) ? "estimated, " : ""}${QUALITY[quality] ?? quality}`;
}

/** @type {(text: string) => void} */
export function announce(text) {
  show("announcer", text);
}
