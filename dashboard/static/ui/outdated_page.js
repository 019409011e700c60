// A page that is older than the server: it says so, and reloads once, at a moment when nobody is using it.

import { element, reveal } from "./show.js";

const PROTOCOL = 1;
const IDLE_MS = 60_000;
let touchedAt = 0;
/** @type {number | null} */
let waitsFor = null;

export function startOutdatedPage() {
  const touch = () => {
    touchedAt = performance.now();
  };
  for (const name of ["pointerdown", "keydown", "wheel"]) addEventListener(name, touch, { passive: true });
  element("reload").addEventListener("click", () => location.reload());
}

/** What a hello says it speaks. @type {(protocol: number) => void} */
export function checkProtocol(protocol) {
  reveal("notice-page", protocol !== PROTOCOL);
  waitsFor = protocol === PROTOCOL || hasReloadedFor(protocol) ? null : protocol;
}

/** Once a second. */
export function reloadWhenIdle() {
  const isIdle = document.hidden || performance.now() - touchedAt > IDLE_MS;
  if (waitsFor === null || !isIdle || !remember(waitsFor)) return;
  waitsFor = null;
  location.reload();
}

/** @type {(protocol: number) => boolean} */
function hasReloadedFor(protocol) {
  try {
    return sessionStorage.getItem("reloaded-for") === String(protocol);
  } catch {
    return true;
  }
}

/** Without a memory of it we would reload for ever: then only the reader does. @type {(protocol: number) => boolean} */
function remember(protocol) {
  try {
    sessionStorage.setItem("reloaded-for", String(protocol));
    return true;
  } catch {
    return false;
  }
}
