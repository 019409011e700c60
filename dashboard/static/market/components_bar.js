// What the shown price is made of: each component a bar from zero, to the left what lowers the price, with its sign
// and a word.

import { begunRealTime } from "../live/store.js";
import { element, make, reveal, show } from "../ui/show.js";
import { NOTHING, priceText, priceTone, signedText } from "./format.js";
import { hourEnding, intervalText } from "./market_time.js";

/** @import { Components, HeldPrice, HubState, Tone } from "../live/types.js" */

/** @type {[part: keyof Components, name: string][]} */
const COMPONENTS = [
  ["energy", "energy"],
  ["congestion", "congestion"],
  ["loss", "loss"],
  ["ghg", "GHG"],
];
/** @type {Record<Tone, string>} */
const WORDS = { high: "adds", positive: "adds", negative: "lowers", zero: "adds nothing", none: "not known" };

/**
 * @typedef {object} ComponentBar
 * @property {string} name
 * @property {number | null} value
 * @property {Tone} tone
 * @property {string} word
 * @property {number} left in percent of a track whose zero is as far right as the lowest component asks
 * @property {number} width in percent of it
 */

/** A report may have no greenhouse gas component. @type {(price: Components, tone: Tone) => string} */
function wordOf({ energy, congestion, loss }, tone) {
  const isReport = energy !== null && congestion !== null && loss !== null;
  return tone === "none" && isReport ? "not published" : WORDS[tone];
}

/** @type {(price: Components) => ComponentBar[]} */
export function componentBars(price) {
  const values = COMPONENTS.map(([part]) => price[part] ?? 0);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const percent = (/** @type {number} */ amount) => (high > low ? (100 * amount) / (high - low) : 0);
  return COMPONENTS.map(([part, name], i) => {
    const [value, tone] = [price[part] ?? null, priceTone(price[part])];
    const [left, width] = [percent(Math.min(0, values[i]) - low), percent(Math.abs(values[i]))];
    return { name, value, tone, word: wordOf(price, tone), left, width };
  });
}

/** @type {(state: HubState, now: number) => void} */
export function renderComponents(state, now) {
  const price = begunRealTime(state, now);
  reveal("components", price !== null);
  reveal("components-empty", price === null);
  show("components-interval", price ? `${intervalText(price.start, price.end)} · HE${hourEnding(price.start)}` : "");
  show("components-empty", "The parts of the price shown appear here.");
  if (price) element("components").replaceChildren(...componentBars(price).map(row), total(price));
}

/** @type {(bar: ComponentBar) => HTMLElement} */
function row({ name, value, tone, word, left, width }) {
  const bar = make("i", "");
  Object.assign(bar.style, { left: `${left}%`, width: `${width}%` });
  const track = make("span", "track", bar);
  track.setAttribute("aria-hidden", "true");
  return line("", tone, name, track, value === null ? NOTHING : signedText(value), word);
}

/** @type {(price: HeldPrice) => HTMLElement} */
function total(price) {
  return line("total", priceTone(price.lmp), "LMP", make("span", "track"), priceText(price.lmp), "$/MWh");
}

/** @type {(className: string, tone: Tone, name: string, track: Node, text: string, word: string) => HTMLElement} */
function line(className, tone, name, track, text, word) {
  const node = make(
    "div",
    className,
    make("dt", "", name),
    make("dd", "", track, make("b", "", text), make("small", "", word)),
  );
  node.dataset.tone = tone;
  return node;
}
