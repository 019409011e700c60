// The light and dark switch. A choice stays in this browser; main.js puts it in the address too, so that a link looks
// the same elsewhere.

import { element, show } from "./show.js";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function theme() {
  return document.documentElement.dataset.theme ?? (systemIsDark.matches ? "dark" : "light");
}

export function otherTheme() {
  return theme() === "dark" ? "light" : "dark";
}

/** onSwitch() is called when the reader wants the other one; onSystem() when the system changed under us. */
export function startTheme(onSwitch, onSystem) {
  label();
  element("theme-switch").addEventListener("click", onSwitch);
  systemIsDark.addEventListener("change", () => {
    label();
    onSystem();
  });
}

export function setTheme(chosen) {
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem("theme", chosen);
  } catch {
    /* storage may be forbidden */
  }
  label();
}

function label() {
  element("theme-switch").title = `Switch to ${otherTheme()} (T)`;
  element("theme-switch").setAttribute("aria-label", `Switch to ${otherTheme()} colours`);
  show("theme-icon", otherTheme() === "light" ? "☀\uFE0E" : "☾");
}
