// What a screen reader says without being asked: one polite line an interval, and what else is announced.

import { ESTIMATED, shownRealTime, spreadOf } from "../live/store.js";
import { priceText, QUALITY, signedText } from "../market/format.js";
import { intervalText } from "../market/market_time.js";
import { show } from "./show.js";

let announcedFor = null;

export function announceInterval(state, now) {
  const shown = shownRealTime(state, now);
  const current = `${state.hub} ${shown?.start} ${shown?.quality}`;
  if (!shown?.start || announcedFor === current) return;
  announcedFor = current;
  const spread = spreadOf(state, now);
  const against = spread === null ? "" : `, ${signedText(spread)} against day-ahead`;
  const price = `${priceText(shown.lmp)} dollars per megawatt-hour${against}`;
  announce(`${state.hub} ${intervalText(shown.start, shown.end)}${qualityText(shown)}: ${price}.`);
}

/** What is not simply a price as it was published is said to be what it is. */
function qualityText({ quality }) {
  if (quality === "observed") return "";
  return `, ${ESTIMATED.has(quality) ? "estimated, " : ""}${QUALITY[quality] ?? quality}`;
}

export function announce(text) {
  show("announcer", text);
}
