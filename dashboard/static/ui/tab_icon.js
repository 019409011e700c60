// The tab's icon: the price in whole dollars on its colour,
// grey and hollow when it cannot be believed. Drawn as SVG, from state.

import { priceTone } from "../market/format.js";

const COLOURS = { positive: "#0f6b41", zero: "#55626f", negative: "#c92a2a", high: "#9a4d00", none: "#55626f" };
let drawn = "";

/** What fits on an icon: "63", "−23", "1.0k". @type {(lmp: number) => string} */
export function iconText(lmp) {
  const whole = Math.round(lmp);
  const text = Math.abs(whole) < 1000 ? String(whole) : `${(whole / 1000).toFixed(Math.abs(whole) < 9950 ? 1 : 0)}k`;
  return text.replace("-", "−").replace(/^−0$/, "0");
}

/** @type {(colour: string) => string} */
function fullFrame(colour) {
  return `<rect width="32" height="32" rx="7" fill="${colour}"/>`;
}

/** @type {(colour: string) => string} */
function hollowFrame(colour) {
  const edge = `stroke="${colour}" stroke-width="3" stroke-dasharray="5 3"`;
  return `<rect x="1.5" y="1.5" width="29" height="29" rx="6" fill="#fff" ${edge}/>`;
}

/**
 * lmp may be null; isDoubtful: stale, offline, overdue or estimated.
 * @type {(lmp: number | null, highLimit: number | null, isDoubtful: boolean) => string}
 */
export function iconSvg(lmp, highLimit, isDoubtful) {
  const colour = COLOURS[isDoubtful ? "none" : priceTone(lmp, highLimit)];
  const text = lmp === null ? "–" : iconText(lmp);
  const size = [22, 22, 20, 15, 12][Math.min(4, text.length)];
  const font = `font-family="sans-serif" font-weight="700" font-size="${size}" text-anchor="middle"`;
  const [frame, ink] = isDoubtful ? [hollowFrame(colour), colour] : [fullFrame(colour), "#fff"];
  const label = `<text x="16" y="${16 + size * 0.36}" ${font} fill="${ink}">${text}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${frame}${label}</svg>`;
}

/** @type {(lmp: number | null, highLimit: number | null, isDoubtful: boolean) => void} */
export function renderTabIcon(lmp, highLimit, isDoubtful) {
  const svg = iconSvg(lmp, highLimit, isDoubtful);
  if (svg === drawn) return;
  drawn = svg;
  /** @type {HTMLLinkElement | null} */
  const icon = document.querySelector("link[rel=icon]");
  if (icon) icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
