// The switch of how many hours the large chart shows.

import { element } from "./show.js";

/** @import { Range } from "../live/types.js" */

/** @type {() => NodeListOf<HTMLElement>} */
const buttons = () => element("ranges").querySelectorAll("[data-range]");

/** @type {(button: HTMLElement) => Range} */
const rangeOf = (button) => /** @type {Range} */ (button.dataset.range);

/** onRange(range) is called with "24h", "48h" or "7d". @type {(onRange: (range: Range) => void) => void} */
export function startRangeTabs(onRange) {
  for (const button of buttons()) button.addEventListener("click", () => onRange(rangeOf(button)));
}

/** @type {(range: Range) => void} */
export function markRange(range) {
  for (const button of buttons()) button.setAttribute("aria-pressed", String(rangeOf(button) === range));
}
