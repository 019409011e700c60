// A rule from the chart: what is offered at a price, in a menu that the keyboard reaches.

import { shortText } from "../market/format.js";
import { make } from "../ui/show.js";

const EDGE = 8;

/**
 * The address of a new rule's form, filled in.
 * @type {(hub: string, direction: "above" | "below", limit: number) => string}
 */
export function ruleAddress(hub, direction, limit) {
  const query = new URLSearchParams({ hub, market: "RTM", watched: "lmp", direction, limit: String(limit) });
  return `/alerts/new/?${query}`;
}

/**
 * Opened where the pointer is, or the crosshair; to the left of it where the readout is on the right. The browser
 * closes it on Escape or a click elsewhere, and gives the focus back.
 * @type {(menu: HTMLElement, hub: string, limit: number, at: { x: number, y: number }, isLeft: boolean) => void}
 */
export function openAlertMenu(menu, hub, limit, { x, y }, isLeft) {
  const text = shortText(limit);
  menu.replaceChildren(
    link(`Alert me above ${text}`, ruleAddress(hub, "above", limit)),
    link(`Alert me below ${text}`, ruleAddress(hub, "below", limit)),
  );
  if (!menu.matches(":popover-open")) menu.showPopover();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = isLeft ? x - width - EDGE : x + EDGE;
  menu.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, Math.min(y + EDGE, innerHeight - height - EDGE))}px`;
  /** @type {HTMLElement} */ (menu.firstElementChild).focus();
}

/** Who goes on with the Tab key has no more use for it. @type {(menu: HTMLElement) => void} */
export function closeWhenLeft(menu) {
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.hidePopover();
  });
}

/** @type {(text: string, address: string) => HTMLElement} */
function link(text, address) {
  const made = make("a", "", text);
  made.href = address;
  return made;
}
