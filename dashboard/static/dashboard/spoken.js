// What is said without being looked at: the tab's title, and one polite line an interval for a screen reader.

import { priceText, signedText } from "./format.js";
import { intervalText } from "./market_time.js";
import { show } from "./show.js";
import { shownRealTime, spreadOf } from "./store.js";

let spokenOf = null;

export function renderTitle(state, connection, source) {
  const lmp = shownRealTime(state)?.lmp;
  const doubt = connection.state === "stale" || connection.state === "down" ? "(stale) " : "";
  const simulated = source.name === "simulator" ? "SIMULATED " : "";
  const price = lmp === undefined || lmp === null ? "" : `${priceText(lmp)} `;
  const title = `${doubt}${price}${state.hub} · ${simulated}CAISO Live`;
  if (document.title !== title) document.title = title;
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
