// The light and dark switch. A choice stays in this browser; main.js puts it in the address too, so that a link looks
// the same elsewhere.

import { element, show } from "./show.js";

/** @import { Theme } from "../live/types.js" */

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** What the address says, or was chosen earlier; without either it is the system's. @type {() => Theme | null} */
export function chosenTheme() {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : null;
}

function theme() {
  return chosenTheme() ?? (systemIsDark.matches ? "dark" : "light");
}

export function otherTheme() {
  return theme() === "dark" ? "light" : "dark";
}

/**
 * onSwitch() is called when the reader wants the other one; onSystem() when the system changed under us.
 * @type {(onSwitch: () => void, onSystem: () => void) => void}
 */
export function startTheme(onSwitch, onSystem) {
  label();
  element("theme-switch").addEventListener("click", onSwitch);
  systemIsDark.addEventListener("change", () => {
    label();
    onSystem();
  });
}

/** @type {(chosen: Theme) => void} */
export function setTheme(chosen) {
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem("theme", chosen);
  } catch {
    // Storage may be forbidden.
  }
  label();
}

function label() {
  element("theme-switch").title = `Switch to ${otherTheme()} (T)`;
  element("theme-switch").setAttribute("aria-label", `Switch to ${otherTheme()} colours`);
  show("theme-icon", otherTheme() === "light" ? "☀\uFE0E" : "☾");
}
