// What the pointer, a finger or the arrow keys rest on:
// the interval, its prices and parts, quality, revision, the value before.

import { isUnverified, NOTHING, priceText, QUALITY, signedText } from "../market/format.js";
import {
  clockText,
  dayText,
  HOUR,
  hourEnding,
  hourStart,
  intervalText,
  MINUTE,
  zoneName,
} from "../market/market_time.js";
import { make } from "../ui/show.js";
import { token } from "./chart_colours.js";
import { dot } from "./chart_dots.js";

/** @import { Scene, StepChart } from "./types.js" */
/** @import { Components, HeldPrice, HubState } from "../live/types.js" */

const FIVE = 5 * MINUTE;
/** @type {Record<string, number>} */
const KEYS = { ArrowLeft: -1, ArrowRight: 1 };
/** @type {[part: keyof Components, name: string][]} */
const PARTS = [
  ["energy", "energy"],
  ["congestion", "congestion"],
  ["loss", "loss"],
  ["ghg", "GHG"],
];

/** A thin line through the interval read out, and a dot on each of its prices. */
export const crosshair = {
  id: "crosshair",
  afterDatasetsDraw(/** @type {StepChart} */ { ctx, chartArea, scales, scene, readAt }) {
    if (!readAt || !scene) return;
    const { rt, da } = pricesAt(scene.state, readAt);
    const x = scales.x.getPixelForValue(middle(rt, readAt));
    const onLine = (/** @type {HeldPrice} */ { lmp }, /** @type {string} */ colour) =>
      dot(ctx, [x, scales.y.getPixelForValue(scene.place(lmp))], 4, token(colour), token("panel"));
    ctx.save();
    ctx.strokeStyle = token("dim");
    ctx.strokeRect(x, chartArea.top, 0, chartArea.height);
    if (da) onLine(da, "da");
    if (rt) onLine(rt, "rt");
    ctx.restore();
  },
};

/** @type {(rt: HeldPrice | undefined, at: number) => number} */
function middle(rt, at) {
  return rt ? (rt.start + rt.end) / 2 : floorFive(at) + FIVE / 2;
}

/** @type {(at: number) => number} */
function floorFive(at) {
  return Math.floor(at / FIVE) * FIVE;
}

/** @type {(state: HubState, at: number) => { rt?: HeldPrice; da?: HeldPrice }} */
function pricesAt(state, at) {
  return { rt: state.rt.get(floorFive(at)), da: state.da.get(hourStart(at)) };
}

/** @type {(chart: StepChart, tip: HTMLElement) => void} */
export function startReadout(chart, tip) {
  const { canvas } = chart;
  Object.assign(chart, { tip, readAt: null });
  const follow = (/** @type {PointerEvent} */ event) =>
    point(chart, chart.scales.x.getValueForPixel(event.clientX - canvas.getBoundingClientRect().left));
  canvas.addEventListener("focus", () => speak(chart, canvas.matches(":focus-visible")));
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerdown", follow);
  canvas.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") hide(chart);
  });
  canvas.addEventListener("blur", () => {
    speak(chart, false);
    hide(chart);
  });
  canvas.addEventListener("keydown", (event) => stepByKey(chart, event));
}

/**
 * Only for who reads by keyboard is it said aloud: under a resting mouse the words change with every price.
 * @type {(chart: StepChart, aloud: boolean) => void}
 */
function speak({ tip }, aloud) {
  tip.setAttribute("aria-live", aloud ? "polite" : "off");
}

/** @type {(chart: StepChart, at: number | undefined) => void} */
function point(chart, at) {
  speak(chart, false);
  readOut(chart, at);
}

/** @type {(chart: StepChart) => void} */
function hide(chart) {
  chart.readAt = null;
  chart.tip.hidden = true;
  chart.draw();
}

/**
 * The arrow keys go by interval, with shift by hour; Home and End to the first and the newest price; Escape leaves.
 * @type {(chart: StepChart, event: KeyboardEvent) => void}
 */
function stepByKey(chart, event) {
  const newest = chart.scene?.rt.at(-1)?.start ?? chart.scene?.now;
  const step = KEYS[event.key] * (event.shiftKey ? HOUR : FIVE);
  const ends = new Map([
    ["Home", chart.scene?.span.start],
    ["End", newest],
  ]);
  const goTo = ends.get(event.key) ?? (step ? (chart.readAt ? chart.readAt + step : newest) : null);
  if (event.key === "Escape" && chart.readAt) hide(chart);
  else if (goTo) {
    speak(chart, true);
    readOut(chart, goTo);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** After new prices: the same interval, as it is now held. @type {(chart: StepChart) => void} */
export function refreshReadout(chart) {
  if (chart.readAt) readOut(chart, chart.readAt);
}

/** @type {(chart: StepChart, at: number | undefined) => void} */
function readOut(chart, at) {
  if (!chart.scene || at === undefined) return;
  const { span, state } = chart.scene;
  chart.readAt = Math.min(span.end - 1, Math.max(span.start, at));
  const { rt, da } = pricesAt(state, chart.readAt);
  fill(chart.tip, make("div", "", ...heading(rt, chart.readAt), ...body(rt, da, chart.scene, chart.readAt)));
  chart.tip.hidden = false;
  place(chart, chart.readAt);
  chart.draw();
}

/**
 * What is written anew is said anew, also where it is the same.
 * @type {(tip: HTMLElement, fresh: HTMLElement) => void}
 */
function fill(tip, fresh) {
  if (fresh.textContent !== tip.textContent) tip.replaceChildren(...fresh.childNodes);
}

/** @type {(rt: HeldPrice | undefined, at: number) => (string | Node)[]} */
function heading(rt, at) {
  const [start, end] = rt ? [rt.start, rt.end] : [floorFive(at), floorFive(at) + FIVE];
  return [
    make("b", "", `${dayText(start)} ${intervalText(start, end)}`),
    " ",
    make("small", "", `${zoneName(start)} · HE${hourEnding(start)}`),
  ];
}

/** @type {(rt: HeldPrice | undefined, da: HeldPrice | undefined, scene: Scene, at: number) => Node[]} */
function body(rt, da, scene, at) {
  const isToCome = at > (scene.rt.at(-1)?.end ?? scene.now);
  const missing = isToCome ? [] : [line("real-time", scene.rt.length ? "gap: not held" : NOTHING)];
  return [
    ...(rt ? priceLines("real-time", "rt", rt) : missing),
    ...(da ? dayAheadLines(rt, da) : [line("day-ahead", NOTHING)]),
    ...(rt && da ? [line("spread", signedText(rt.lmp - da.lmp))] : []),
  ];
}

/**
 * All of the day-ahead price where it stands alone; beside a real-time price, what there is to compare.
 * @type {(rt: HeldPrice | undefined, da: HeldPrice) => Node[]}
 */
function dayAheadLines(rt, da) {
  return rt ? [line("day-ahead", priceText(da.lmp), "da")] : priceLines("day-ahead", "da", da);
}

/** @type {(name: string, className: string, price: HeldPrice) => Node[]} */
function priceLines(name, className, price) {
  const parts = PARTS.filter(([part]) => price[part] !== null && price[part] !== undefined);
  return [
    line(name, withOld(price, "lmp"), className),
    ...parts.map(([part, partName]) => line(partName, withOld(price, part), "part")),
    make("div", "quality", `${qualityText(price)} · revision ${price.revision}${seenText(price)}`),
  ];
}

/** @type {(price: HeldPrice) => string} */
function qualityText(price) {
  return isUnverified(price) ? `≠ ${QUALITY.unverified}` : price.quality;
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
 * Beside the pointer, on the side with more room, and inside the card.
 * @type {(chart: StepChart, at: number) => void}
 */
function place({ tip, width, scales }, at) {
  const x = scales.x.getPixelForValue(at);
  const left = x > width / 2 ? x - tip.offsetWidth - 14 : x + 14;
  tip.style.left = `${Math.max(0, Math.min(left, width - tip.offsetWidth))}px`;
}
