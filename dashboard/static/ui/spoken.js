// What is said without being looked at: the tab's title and icon, and one polite line an interval for a screen reader.

import { highLimit, priceText, QUALITY, signedText } from "../market/format.js";
import { intervalText } from "../market/market_time.js";
import { isOverdue } from "../market/publication.js";
import { show } from "./show.js";
import { ESTIMATED, shownRealTime, spreadOf } from "../live/store.js";
import { renderTabIcon } from "./tab_icon.js";

let spokenOf = null;

/** The tab's title and its icon. */
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

export function announceInterval(state, now) {
  const shown = shownRealTime(state, now);
  const told = `${state.hub} ${shown?.start} ${shown?.quality}`;
  if (!shown?.start || spokenOf === told) return;
  spokenOf = told;
  const spread = spreadOf(state, now);
  const against = spread === null ? "" : `, ${signedText(spread)} against day-ahead`;
  show("announcer", `${state.hub} ${intervalText(shown.start, shown.end)}${qualityText(shown)}: ${priceText(shown.lmp)} dollars per megawatt-hour${against}.`);
}

/** What is not simply a price as it was published is said to be what it is. */
function qualityText({ quality }) {
  if (quality === "observed") return "";
  return `, ${ESTIMATED.has(quality) ? "estimated, " : ""}${QUALITY[quality] ?? quality}`;
}

export function announce(text) {
  show("announcer", text);
}
