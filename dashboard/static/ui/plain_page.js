// A page that the server writes whole: fetched again every so often and when it is looked at again; the colours.

import { refresh } from "./page_refresh.js";
import { reveal } from "./show.js";
import { otherTheme, setTheme, startTheme } from "./theme.js";

const refreshMs = Number(document.querySelector("main")?.dataset.refreshS) * 1000;
let timer = 0;

/** @type {(ms: number) => void} */
function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(anew, ms);
}

async function anew() {
  if (!document.hidden) reveal("not-refreshed", !(await refresh()));
  soon(refreshMs);
}

startTheme(
  () => setTheme(otherTheme()),
  () => {},
);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) soon(0);
});
addEventListener("online", () => soon(0));
soon(refreshMs);
