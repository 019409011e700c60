// What is said without being looked at: the tab's title and icon, and one polite line an interval for a screen reader.

import { highLimit, priceText, signedText } from "./format.js";
import { intervalText } from "./market_time.js";
import { show } from "./show.js";
import { shownRealTime, spreadOf } from "./store.js";
import { renderTabIcon } from "./tab_icon.js";

let spokenOf = null;

/** The tab's title and its icon. */
export function renderTab(state, connection, source, thresholds) {
  const lmp = shownRealTime(state)?.lmp ?? null;
  const isDoubtful = connection.state === "stale" || connection.state === "down";
  const title = titleText(state.hub, lmp, isDoubtful, source.name === "simulator");
  if (document.title !== title) document.title = title;
  renderTabIcon(lmp, highLimit(thresholds, "RTM"), isDoubtful);
}

function titleText(hub, lmp, isDoubtful, isSimulated) {
  const price = lmp === null ? "" : `${priceText(lmp)} `;
  return `${isDoubtful ? "(stale) " : ""}${price}${hub} · ${isSimulated ? "SIMULATED " : ""}CAISO Live`;
}

export function announceInterval(state) {
  const shown = shownRealTime(state);
  if (!shown?.start || spokenOf === `${state.hub} ${shown.start}`) return;
  spokenOf = `${state.hub} ${shown.start}`;
  const spread = spreadOf(state);
  const against = spread === null ? "" : `, ${signedText(spread)} against day-ahead`;
  show("announcer", `${state.hub} ${intervalText(shown.start, shown.end)}: ${priceText(shown.lmp)} dollars per megawatt-hour${against}.`);
}

export function announce(text) {
  show("announcer", text);
}
