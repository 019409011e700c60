// What the pointer, a finger or the arrow keys rest on:
// the interval, its prices and parts, quality, revision, the value before.

import { dayAheadAt, fmmAt } from "../live/store.js";
import { isUnverified, NOTHING, priceText, QUALITY, signedText } from "../market/format.js";
import { clockText, dayText, hourEnding, intervalText, MINUTE, zoneName } from "../market/market_time.js";
import { make } from "../ui/show.js";
import { token } from "./chart_colours.js";
import { dot, line as drawLine, paneOf } from "./pane.js";

/** @import { Pane, Plot, PricesAt, Scene } from "./types.js" */
/** @import { Components, HeldPrice } from "../live/types.js" */

const FIVE = 5 * MINUTE;
/** @type {[part: keyof Components, name: string][]} */
const PARTS = [
  ["energy", "energy"],
  ["congestion", "congestion"],
  ["loss", "loss"],
  ["ghg", "GHG"],
];

/**
 * A thin line through the interval read out, and a dot on each of its prices.
 * @type {(pane: Pane, scene: Scene, at: number) => void}
 */
export function drawCrosshair(pane, scene, at) {
  const found = pricesAt(scene, at);
  const x = pane.x(middle(found.rt, at));
  if (x < pane.left || x > pane.right) return;
  drawLine(pane, "dim", [], [x, pane.top], [x, pane.bottom], 1);
  for (const name of /** @type {const} */ (["da", "fmm", "rt"])) {
    const price = found[name];
    if (price) dot(pane.ctx, [x, pane.y(scene.place(price.lmp))], 4, token(name), token("panel"));
  }
}

/** @type {(rt: HeldPrice | null, at: number) => number} */
function middle(rt, at) {
  return rt ? (rt.start + rt.end) / 2 : floorFive(at) + FIVE / 2;
}

/** @type {(at: number) => number} */
export function floorFive(at) {
  return Math.floor(at / FIVE) * FIVE;
}

/** @type {(scene: Scene, at: number) => PricesAt} */
export function pricesAt({ state, before }, at) {
  return {
    rt: state.rt.get(floorFive(at)) ?? null,
    fmm: fmmAt(state, at),
    da: dayAheadAt(state, at),
    before: before.find(({ start }) => start === floorFive(at)) ?? null,
  };
}

/**
 * Written anew only where something changed: what is written is said.
 * @type {(plot: Plot, tip: HTMLElement, at: number) => void}
 */
export function fillTip(plot, tip, at) {
  if (!plot.scene) return;
  const found = pricesAt(plot.scene, at);
  const fresh = make("div", "", make("div", "head", ...heading(found.rt, at)), ...body(found, plot.scene, at));
  if (fresh.textContent !== tip.textContent) tip.replaceChildren(...fresh.childNodes);
  place(plot, tip, at);
}

/** @type {(rt: HeldPrice | null, at: number) => (string | Node)[]} */
function heading(rt, at) {
  const [start, end] = rt ? [rt.start, rt.end] : [floorFive(at), floorFive(at) + FIVE];
  return [
    make("b", "", `${dayText(start)} ${intervalText(start, end)}`),
    " ",
    make("small", "", `${zoneName(start)} · HE${hourEnding(start)}`),
  ];
}

/** @type {(found: PricesAt, scene: Scene, at: number) => Node[]} */
function body({ rt, fmm, da, before }, scene, at) {
  const isToCome = at > (scene.rt.at(-1)?.end ?? scene.now);
  const missing = isToCome ? [] : [line("real-time", scene.rt.length ? "gap: not held" : NOTHING)];
  return [
    ...(rt ? priceLines("real-time", "rt", rt) : missing),
    ...(fmm ? [line("FMM", withOld(fmm, "lmp"), "fmm")] : []),
    ...(da ? dayAheadLines(rt, da) : [line("day-ahead", NOTHING)]),
    ...(rt && da ? [line("spread", signedText(rt.lmp - da.lmp))] : []),
    ...(before ? [line("yesterday", priceText(before.lmp), "before")] : []),
  ];
}

/**
 * All of the day-ahead price where it stands alone; beside a real-time price, what there is to compare.
 * @type {(rt: HeldPrice | null, da: HeldPrice) => Node[]}
 */
function dayAheadLines(rt, da) {
  return rt ? [line("day-ahead", priceText(da.lmp), "da")] : priceLines("day-ahead", "da", da);
}

/** @type {(name: string, className: string, price: HeldPrice) => Node[]} */
function priceLines(name, className, price) {
  const parts = PARTS.filter(([part]) => price[part] !== undefined && (part !== "ghg" || price.ghg !== null));
  return [
    line(name, withOld(price, "lmp"), className),
    ...parts.map(([part, partName]) => line(partName, withOld(price, part), "part")),
    make("div", "quality", `${qualityText(price)}${revisionText(price)}${seenText(price)}`),
  ];
}

/** @type {(price: HeldPrice) => string} */
function qualityText(price) {
  return `${isUnverified(price) ? "≠ " : ""}${QUALITY[price.quality]}`;
}

/** @type {(price: HeldPrice) => string} */
function revisionText({ revision }) {
  return revision > 1 ? ` · revision ${revision}` : "";
}

/** @type {(price: HeldPrice) => string} */
function seenText({ old, seen }) {
  return old && seen ? `, seen ${clockText(Date.parse(seen)).slice(0, 5)}` : "";
}

/**
 * The value before a correction is struck through.
 * @type {(price: HeldPrice, part: keyof Components) => string | Node}
 */
function withOld({ old, ...price }, part) {
  const before = old?.[part];
  if (before === null || before === undefined || priceText(before) === priceText(price[part]))
    return priceText(price[part]);
  return make("span", "", make("s", "", priceText(before)), ` ${priceText(price[part])}`);
}

/** @type {(name: string, value: string | Node, className?: string) => HTMLElement} */
function line(name, value, className = "") {
  return make(
    "div",
    `line ${className}`,
    make("span", "", name),
    typeof value === "string" ? make("span", "", value) : value,
  );
}

/**
 * Beside the pointer, on the side with more room, and inside the card; under a narrow chart it has its own place.
 * @type {(plot: Plot, tip: HTMLElement, at: number) => void}
 */
function place(plot, tip, at) {
  const pane = paneOf(plot);
  if (!pane) return;
  const { width, isNarrow } = plot.size;
  const x = pane.x(at);
  const left = x > width / 2 ? x - tip.offsetWidth - 14 : x + 14;
  tip.style.left = isNarrow ? "" : `${Math.max(0, Math.min(left, width - tip.offsetWidth))}px`;
}
