// All hubs at once, as the server last said: a line that can be opened, and how many alerts are open at all of them.

import { element, make, reveal, show } from "../ui/show.js";
import { NOTHING, priceText, priceTone, QUALITY, signedText } from "./format.js";
import { intervalText, MINUTE } from "./market_time.js";

/** @import { HubNow, HubsAnswer } from "../live/types.js" */

const EVERY_MS = MINUTE;
const FIRST_MS = 1_500; // the price of this hub comes first
const AFTER_A_PRICE_MS = 1_500; // the other hubs' prices come with the same report
const SPREAD_MS = 3_000; // so that not all pages ask at once
const MOST_IN_LINE = 4;
const FIVE = 5 * MINUTE;
let timer = 0;

/** Asked once a minute while the page is looked at, and soon after a price. */
export function startHubsNow() {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) soon(0);
  });
  soon(FIRST_MS);
}

/** A price has come: the others' are there too, or in a moment. */
export function hubsChanged() {
  soon(AFTER_A_PRICE_MS + Math.random() * SPREAD_MS);
}

/** @type {(ms: number) => void} */
function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

async function ask() {
  soon(EVERY_MS);
  if (document.hidden) return;
  const answer = await fetch("/api/v1/hubs").catch(() => null);
  /** @type {HubsAnswer | null} */
  const found = answer?.ok ? await answer.json().catch(() => null) : null;
  if (found) render(found);
}

/** @type {(answer: HubsAnswer) => void} */
function render({ hubs, open_alerts: open }) {
  show("hubs-line", hubsLine(hubs));
  element("hubs-rows").replaceChildren(...hubs.map(row));
  element("open-alerts").replaceChildren(String(open), make("span", "unseen", " open"));
  reveal("open-alerts", open > 0);
}

/**
 * "SP15 44.01 · NP15 43.20 late · NP15−SP15 −0.81": the first hubs, and the basis of the first that has one.
 * @type {(hubs: HubNow[]) => string}
 */
export function hubsLine(hubs) {
  const prices = hubs
    .slice(0, MOST_IN_LINE)
    .map((hub) => `${hub.hub} ${isPublished(hub) ? `${priceText(hub.rt_price)}${lateText(hub)}` : NOTHING}`);
  const beside = hubs.find(({ hub, basis }) => hub === "NP15" && basis !== null);
  const more = hubs.length > MOST_IN_LINE ? [`${hubs.length - MOST_IN_LINE} more`] : [];
  return [...prices, ...more, ...(beside ? [`NP15−SP15 ${signedText(beside.basis)}`] : [])].join(" · ");
}

/** Its running interval is not held, though it should be. @type {(hub: HubNow) => string} */
const lateText = ({ stale }) => (stale ? " late" : "");

/** An estimate is no price of a hub. @type {(hub: HubNow) => boolean} */
function isPublished({ rt_quality: quality }) {
  return quality !== null && quality !== "interpolated" && quality !== "previous_day";
}

/** @type {(hub: HubNow) => HTMLElement} */
function row(hub) {
  const link = make("a", "", hub.hub);
  link.href = `/?hub=${encodeURIComponent(hub.hub)}`;
  link.title = hub.node;
  const name = make("th", "", link);
  name.scope = "row";
  return make(
    "tr",
    "",
    name,
    when(hub),
    cell(isPublished(hub) ? hub.rt_price : null, priceText),
    cell(hub.fmm_price, priceText),
    cell(hub.da_price, priceText),
    cell(hub.spread, signedText),
    cell(hub.basis, signedText),
    cell(hub.basis_da, signedText),
  );
}

/** @type {(hub: HubNow) => HTMLElement} */
function when(hub) {
  const start = Date.parse(hub.rt_timestamp ?? "");
  const text = Number.isNaN(start) || !isPublished(hub) ? NOTHING : intervalText(start, start + FIVE);
  const node = make("td", "", text);
  if (hub.stale) node.append(make("small", "", lateText(hub)));
  else if (hub.rt_quality === "corrected" || hub.rt_quality === "unverified") node.title = QUALITY[hub.rt_quality];
  return node;
}

/** @type {(value: number | null, text: (value: number | null) => string) => HTMLElement} */
function cell(value, text) {
  const node = make("td", "", text(value));
  node.dataset.tone = priceTone(value);
  return node;
}
