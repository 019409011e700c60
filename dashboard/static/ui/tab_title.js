// The tab's title and icon: the price, the hub, and whether the price can be believed.

import { ESTIMATED, shownRealTime } from "../live/store.js";
import { highLimit, priceText } from "../market/format.js";
import { isOverdue } from "../market/publication_delay.js";
import { renderTabIcon } from "./tab_icon.js";

export function renderTab(state, connection, source, thresholds, now) {
  const lmp = shownRealTime(state, now)?.lmp ?? null;
  const doubt = doubtText(state, connection, now);
  const title = titleText(state.hub, lmp, doubt, source.name === "simulator");
  if (document.title !== title) document.title = title;
  renderTabIcon(lmp, highLimit(thresholds, "RTM"), doubt !== "");
}

/** Why the price shown is not the one CAISO published for now, in a word; else "". */
function doubtText(state, connection, now) {
  if (connection.state === "stale" || connection.state === "down") return "stale";
  if (state.fallback) return ESTIMATED.has(state.fallback.quality) ? "estimated" : "cached";
  return isOverdue(state, now) ? "late" : "";
}

function titleText(hub, lmp, doubt, isSimulated) {
  const price = lmp === null ? "" : `${priceText(lmp)} `;
  return `${doubt && `(${doubt}) `}${price}${hub} · ${isSimulated ? "SIMULATED " : ""}CAISO Live`;
}
