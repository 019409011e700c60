// Keys for those who keep their hands on them, and the dialog that lists them.

import { element } from "./show.js";

/** What each key does: hub(n) counts from 0. A letter with Ctrl, Alt or the command key is the browser's. */
export function startKeys({ hub, range, theme, filter }) {
  const help = element("keys-help");
  const doing = { r: range, t: theme, f: filter, "?": () => (help.open ? help.close() : help.showModal()) };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    if (help.open && key !== "?") return; // Esc closes it by itself
    if (/^[1-9]$/.test(key)) hub(Number(key) - 1);
    else doing[key]?.();
  });
  element("keys-open").addEventListener("click", () => help.showModal());
  help.addEventListener("click", ({ target }) => {
    if (target === help || target.closest("button")) help.close();
  });
}
