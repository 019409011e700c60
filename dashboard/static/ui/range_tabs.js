// The switch of how many hours the large chart shows.

import { element } from "./show.js";

const buttons = () => [...element("ranges").querySelectorAll("[data-range]")];

/** onRange(range) is called with "24h", "48h" or "7d". */
export function startRangeTabs(onRange) {
  for (const button of buttons()) button.addEventListener("click", () => onRange(button.dataset.range));
}

export function markRange(range) {
  for (const button of buttons()) button.setAttribute("aria-pressed", String(button.dataset.range === range));
}
