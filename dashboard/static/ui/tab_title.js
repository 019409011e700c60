// The tab's title and icon: the price, the hub, and whether the price can be believed.

import { begunRealTime } from "../live/store.js";
import { highLimit, priceText } from "../market/format.js";
import { lateIntervals } from "../market/publication_delay.js";
import { renderTabIcon } from "./tab_icon.js";

/** @import { Feed } from "../live/feed.js" */
/** @import { HubState, SourceState, Threshold } from "../live/types.js" */

/** @type {(state: HubState, connection: Feed, source: SourceState, thresholds: Threshold[], now: number) => void} */
export function renderTab(state, connection, source, thresholds, now) {
  const lmp = begunRealTime(state, now)?.lmp ?? null;
  const doubt = doubtText(state, connection, now);
  const title = titleText(state.hub, lmp, doubt, source.name === "simulator");
  if (document.title !== title) document.title = title;
  renderTabIcon(lmp, highLimit(thresholds, "RTM"), doubt !== "");
}

/**
 * Why the price shown may not be the one of now, in a word; else "".
 * @type {(state: HubState, connection: Feed, now: number) => string}
 */
function doubtText(state, connection, now) {
  if (connection.state === "stale" || connection.state === "down") return "stale";
  return lateIntervals(state, now) ? "late" : "";
}

/** @type {(hub: string, lmp: number | null, doubt: string, isSimulated: boolean) => string} */
function titleText(hub, lmp, doubt, isSimulated) {
  const price = lmp === null ? "" : `${priceText(lmp)} `;
  return `${doubt && `(${doubt}) `}${price}${hub} · ${isSimulated ? "SIMULATED " : ""}CAISO Live`;
}
