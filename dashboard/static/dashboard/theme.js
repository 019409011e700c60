// The light and dark switch. A choice stays in this browser and in the address, so that a link looks the same elsewhere.

import { element, show } from "./show.js";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function theme() {
  return document.documentElement.dataset.theme ?? (systemIsDark.matches ? "dark" : "light");
}

export function startTheme(onChange) {
  label();
  element("theme-switch").addEventListener("click", () => { choose(theme() === "dark" ? "light" : "dark"); label(); onChange(); });
  systemIsDark.addEventListener("change", () => { label(); onChange(); });
}

function choose(chosen) {
  document.documentElement.dataset.theme = chosen;
  try { localStorage.setItem("theme", chosen); } catch { /* storage may be forbidden */ }
  const url = new URL(location);
  url.searchParams.set("theme", chosen);
  history.replaceState(history.state, "", url);
}

function label() {
  const other = theme() === "dark" ? "light" : "dark";
  element("theme-switch").title = `Switch to ${other}`;
  element("theme-switch").setAttribute("aria-label", `Switch to ${other} colours`);
  show("theme-icon", other === "light" ? "☀\uFE0E" : "☾");
}
