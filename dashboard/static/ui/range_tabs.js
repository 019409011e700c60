// The switch of what a chart shows: a range of hours up to now, or an operating date.

import { dateOf } from "./address.js";

/** @import { Range, Selection } from "../live/types.js" */

const OLDEST_DATE = "2009-04-01"; // CAISO's market began

/** @typedef {{ onRange: (range: Range) => void, onDate: (date: string | null) => void }} RangeHandlers */

/** @type {(card: HTMLElement) => NodeListOf<HTMLElement>} */
const buttons = (card) => card.querySelectorAll("[data-range]");

/** @type {(card: HTMLElement) => HTMLInputElement} */
const dateInput = (card) => /** @type {HTMLInputElement} */ (card.querySelector("[data-part=date]"));

/** @type {(button: HTMLElement) => Range} */
const rangeOf = (button) => /** @type {Range} */ (button.dataset.range);

/**
 * onRange(range) is called with "2h", "24h", "48h" or "7d", onDate(date) with a date, or null where it was cleared.
 * @type {(card: HTMLElement, handlers: RangeHandlers) => void}
 */
export function startRangeTabs(card, { onRange, onDate }) {
  for (const button of buttons(card)) button.addEventListener("click", () => onRange(rangeOf(button)));
  const input = dateInput(card);
  // Not in the HTML: building its parts would keep the first price waiting.
  Object.assign(input, { type: "date", min: OLDEST_DATE });
  input.addEventListener("change", () => {
    const date = dateOf(input.value);
    if (input.validity.valid && (date || input.value === "")) onDate(date);
  });
}

/**
 * While a date is shown no range is pressed; `today` is the last date that may be chosen.
 * @type {(card: HTMLElement, shown: Pick<Selection, "range" | "date">, today: string) => void}
 */
export function markRange(card, { range, date }, today) {
  for (const button of buttons(card))
    button.setAttribute("aria-pressed", String(date === null && rangeOf(button) === range));
  const input = dateInput(card);
  input.max = today;
  input.toggleAttribute("data-chosen", date !== null);
  // While somebody types a year the browser has values of its own.
  if (document.activeElement !== input) input.value = date ?? "";
}
