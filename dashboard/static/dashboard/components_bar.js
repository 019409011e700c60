// What the shown price is made of: each component a bar from zero, to the left what lowers the price, with its sign and a word.

import { NOTHING, priceText, priceTone, signedText } from "./format.js";
import { hourEnding, intervalText } from "./market_time.js";
import { element, make, reveal, show } from "./show.js";
import { shownRealTime } from "./store.js";

const COMPONENTS = { energy: "energy", congestion: "congestion", loss: "loss", ghg: "GHG" };
const WORDS = { positive: "adds", negative: "lowers", zero: "nothing", none: "not published" };

/** [{name, value, tone, word, left, width}]: left and width in percent of a track whose zero is as far right as the lowest asks. */
export function componentBars(price) {
  const values = Object.keys(COMPONENTS).map((part) => price[part] ?? null);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const percent = (amount) => (high > low ? (100 * amount) / (high - low) : 0);
  return Object.values(COMPONENTS).map((name, i) => {
    const [value, tone] = [values[i], priceTone(values[i])];
    return { name, value, tone, word: WORDS[tone], left: percent(Math.min(0, value) - low), width: percent(Math.abs(value)) };
  });
}

export function renderComponents(state) {
  const shown = shownRealTime(state);
  const price = shown?.price ?? null;
  reveal("components", price !== null);
  reveal("components-empty", price === null);
  show("components-interval", price ? `${intervalText(price.start, price.end)} · HE${hourEnding(price.start)}` : "");
  show("components-empty", shown ? "A price that was not published has no components." : "The parts of the newest price appear here.");
  if (price) element("components").replaceChildren(...componentBars(price).map(row), total(price));
}

function row({ name, value, tone, word, left, width }) {
  const bar = make("i", "");
  Object.assign(bar.style, { left: `${left}%`, width: `${width}%` });
  const track = make("span", "track", bar);
  track.setAttribute("aria-hidden", "true");
  return described(make("div", "", make("dt", "", name), make("dd", "", track, make("b", "", value === null ? NOTHING : signedText(value)), make("small", "", word))), tone);
}

function total(price) {
  return described(make("div", "total", make("dt", "", "LMP"), make("dd", "", make("span", "track"), make("b", "", priceText(price.lmp)), make("small", "", "$/MWh"))), priceTone(price.lmp));
}

function described(node, tone) {
  node.dataset.tone = tone;
  return node;
}
