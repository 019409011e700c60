// What the shown price is made of: each component a bar from zero, to the left what lowers the price, with its sign
// and a word.

import { shownRealTime } from "../live/store.js";
import { element, make, reveal, show } from "../ui/show.js";
import { NOTHING, priceText, priceTone, signedText } from "./format.js";
import { hourEnding, intervalText } from "./market_time.js";

const COMPONENTS = { energy: "energy", congestion: "congestion", loss: "loss", ghg: "GHG" };
const WORDS = { positive: "adds", negative: "lowers", zero: "adds nothing", none: "not published" };

/**
 * [{name, value, tone, word, left, width}]: left and width in percent of a track whose zero is as far right as the
 * lowest asks.
 */
export function componentBars(price) {
  const values = Object.keys(COMPONENTS).map((part) => price[part] ?? null);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const percent = (amount) => (high > low ? (100 * amount) / (high - low) : 0);
  return Object.values(COMPONENTS).map((name, i) => {
    const [value, tone] = [values[i], priceTone(values[i])];
    return {
      name,
      value,
      tone,
      word: WORDS[tone],
      left: percent(Math.min(0, value) - low),
      width: percent(Math.abs(value)),
    };
  });
}

export function renderComponents(state, now) {
  const shown = shownRealTime(state, now);
  const price = shown?.price ?? null;
  reveal("components", price !== null);
  reveal("components-empty", price === null);
  show("components-interval", price ? `${intervalText(price.start, price.end)} · HE${hourEnding(price.start)}` : "");
  show(
    "components-empty",
    shown ? "A price that was not published has no components." : "The parts of the price shown appear here.",
  );
  if (price) element("components").replaceChildren(...componentBars(price).map(row), total(price));
}

function row({ name, value, tone, word, left, width }) {
  const bar = make("i", "");
  Object.assign(bar.style, { left: `${left}%`, width: `${width}%` });
  const track = make("span", "track", bar);
  track.setAttribute("aria-hidden", "true");
  return line("", tone, name, track, value === null ? NOTHING : signedText(value), word);
}

function total(price) {
  return line("total", priceTone(price.lmp), "LMP", make("span", "track"), priceText(price.lmp), "$/MWh");
}

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
