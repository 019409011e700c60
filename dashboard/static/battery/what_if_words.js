// What a what-if answers, as rows of a table and columns of pictures. No DOM.

/** @import { MaybeNumber } from "../live/types.js" */

/**
 * @typedef {object} Earned
 * @property {number} net_usd
 * @property {number} revenue_usd
 * @property {number} wear_usd
 * @property {number} cycles
 * @property {number | null} usd_kw_month
 * @property {number} days
 * @property {number} [perfect_usd] what nobody could have exceeded
 */

/** Of a month ("2026-11") or an hour (0 to 23). @typedef {Record<string, string | number | null>} Part */

/**
 * @typedef {object} WhatIfAnswer
 * @property {string} [text] what is meant by earned
 * @property {Earned} as_is
 * @property {Earned} what_if
 * @property {Part[]} by_month
 * @property {Part[]} by_hour
 */

/** @typedef {{ label: string, values: (number | null)[] }} Column */
/** @typedef {"net_usd" | "revenue_usd" | "wear_usd" | "usd_kw_month" | "cycles" | "perfect_usd"} Figure */

/** @type {[Figure, string][]} */
const FIGURES = [
  ["net_usd", "net"],
  ["revenue_usd", "revenue"],
  ["wear_usd", "wear"],
  ["usd_kw_month", "$/kW-month"],
  ["cycles", "cycles"],
  ["perfect_usd", "perfect foresight"],
];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** @type {(value: number, digits: number) => string} */
function fixed(value, digits) {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Math.abs(value).toLocaleString("en-US", format);
}

/** Half a cent is none, so that "−$0.00" is never said. @type {(value: number) => string} */
const sign = (value) => (value <= -0.005 ? "−" : "");

/** "$1,234.56", "−$4.10". @type {(value: MaybeNumber) => string} */
export function usdText(value) {
  return value === null || value === undefined ? "—" : `${sign(value)}$${fixed(value, 2)}`;
}

/** @type {(name: Figure, value: MaybeNumber) => string} */
function figureText(name, value) {
  if (value === null || value === undefined || name !== "cycles") return usdText(value);
  return `${sign(value)}${fixed(value, 1)}`;
}

/** Name, as it is, what if, and how much more. @type {(answer: WhatIfAnswer) => string[][]} */
export function rowsOf({ as_is: is, what_if: would }) {
  return FIGURES.map(([name, title]) => {
    const [before, after] = [is[name] ?? null, would[name] ?? null];
    const more = before === null || after === null ? null : after - before;
    const plus = more !== null && more >= 0.005 ? "+" : "";
    return [title, figureText(name, before), figureText(name, after), `${plus}${figureText(name, more)}`];
  });
}

/** @type {(parts: Part[]) => Column[]} */
export function columnsOf(parts) {
  return parts.map((part) => ({
    label: labelOf(part),
    values: [numberOf(part.as_is_usd), numberOf(part.what_if_usd)],
  }));
}

/** @type {(part: Part) => string} */
function labelOf({ month, hour }) {
  if (typeof hour === "number") return String(hour).padStart(2, "0");
  const [, year, nth] = /^(\d{4})-(\d{2})/.exec(String(month)) ?? [];
  return nth ? `${MONTHS[Number(nth) - 1]} ${year}` : String(month);
}

/** @type {(value: unknown) => number | null} */
function numberOf(value) {
  return typeof value === "number" ? value : null;
}

/** What the figures are of. @type {(answer: WhatIfAnswer) => string} */
export function daysText({ text, what_if: { days } }) {
  return text ?? `Over ${days} ${days === 1 ? "day" : "days"}; net of wear where it says net.`;
}

/** What is said aloud. @type {(answer: WhatIfAnswer) => string} */
export function spokenAnswer({ as_is: is, what_if: would }) {
  return `Net ${usdText(would.net_usd)}, as it is ${usdText(is.net_usd)}.`;
}
