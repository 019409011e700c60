// Keys for those who keep their hands on them, and the dialog that lists them.

import { element } from "./show.js";

// A box to tick takes no letters; the dialog's own has the focus for one frame more when the dialog is closed.
const TYPED_IN = "input:not([type=checkbox]), select, textarea";

/**
 * @typedef {object} KeyActions
 * @property {(n: number) => void} hub
 * @property {() => void} range
 * @property {() => void} theme
 * @property {() => void} filter
 */

/**
 * What each key does: hub(n) counts from 0. A letter with Ctrl, Alt or the command key is the browser's.
 * @type {(does: KeyActions) => void}
 */
export function startKeys({ hub, range, theme, filter }) {
  const help = /** @type {HTMLDialogElement} */ (element("keys-help"));
  /** @type {Record<string, () => void>} */
  const doing = { r: range, t: theme, f: filter, "?": () => (help.open ? help.close() : help.showModal()) };
  const letters = /** @type {HTMLInputElement} */ (element("letter-keys"));
  letters.checked = areKeysOn();
  letters.addEventListener("change", () => switchKeys(letters.checked));
  addEventListener("keydown", (event) => {
    if (!letters.checked) return;
    if (event.ctrlKey || event.altKey || event.metaKey || isIn(event, TYPED_IN)) return;
    const key = event.key.toLowerCase();
    if (help.open && key !== "?") return; // Esc closes it by itself
    if (/^[1-9]$/.test(key)) hub(Number(key) - 1);
    else doing[key]?.();
  });
  element("keys-open").addEventListener("click", () => help.showModal());
  help.addEventListener("click", (event) => {
    if (event.target === help || isIn(event, "button")) help.close();
  });
}

/** Who speaks to the machine, or strikes keys by accident, can do without. @type {() => boolean} */
function areKeysOn() {
  try {
    return localStorage.getItem("letter-keys") !== "off";
  } catch {
    return true; // storage may be forbidden
  }
}

/** @type {(areOn: boolean) => void} */
function switchKeys(areOn) {
  try {
    localStorage.setItem("letter-keys", areOn ? "on" : "off");
  } catch {
    // Then they are on again after a reload.
  }
}

/** @type {(event: Event, selector: string) => boolean} */
function isIn({ target }, selector) {
  return target instanceof Element && target.closest(selector) !== null;
}
