// The page of alerts: it shows what the server wrote, and fetches it again when an alert comes, and twice a minute for
// how long each has lasted.

import { refresh } from "../ui/page_refresh.js";
import { element, show } from "../ui/show.js";
import { otherTheme, setTheme, startTheme } from "../ui/theme.js";
import { AlertFeed, hubsOf } from "./alert_feed.js";
import { spokenText } from "./alert_words.js";
import { startPush } from "./push.js";

/** @import { AlertFeedState } from "./alert_feed.js" */
/** @import { AlertEvent, Transport } from "../live/types.js" */

const REFRESH_MS = 30_000;
const TOGETHER_MS = 80;
const WORDS = { connecting: "connecting", live: "live", down: "no connection" };
/** @type {Partial<Record<Transport, string>>} */
const FED_BY = { stream: "live by event stream", poll: "asking every 10 s" };
let timer = 0;
let due = Infinity;
let isFetching = false;
/** @type {keyof typeof WORDS} */
let connection = "connecting";
/** @type {Transport | null} */
let transport = null;

/** A copy is fetched after so long, or before if that is due already. @type {(ms: number) => void} */
function soon(ms) {
  const at = Date.now() + ms;
  if (at >= due) return;
  due = at;
  clearTimeout(timer);
  timer = setTimeout(anew, ms);
}

/** One copy after another: of two at once the older one might come last. */
async function anew() {
  due = Infinity;
  if (isFetching) return soon(TOGETHER_MS);
  isFetching = true;
  const reached = document.hidden || (await refresh());
  isFetching = false;
  markAddressed();
  lamp(reached ? connection : "down");
  soon(REFRESH_MS);
}

/** @type {(state: AlertFeedState, fedBy: Transport | null) => void} */
function connectionChanged(state, fedBy) {
  [connection, transport] = [state, fedBy];
  lamp(state);
  if (state === "live") soon(0);
}

/** @type {(state: keyof typeof WORDS) => void} */
function lamp(state) {
  element("lamp-connection").dataset.state = state;
  show("lamp-connection-text", (state === "live" && transport && FED_BY[transport]) || WORDS[state]);
}

/** Several alerts of one publication are one refresh. @type {(alerts: AlertEvent[]) => void} */
function announce(alerts) {
  show("announcer", alerts.map(spokenText).join(". "));
  soon(TOGETHER_MS);
}

/** The item that the address names, as #alert-12: one that the page does not have is asked for by its id. */
function goToAddressed() {
  const [, kind, id] = /^#(alert|rule)-(\d+)$/.exec(location.hash) ?? [];
  if (!kind) return;
  const isAsked = new URLSearchParams(location.search).get(kind) === id;
  if (markAddressed()) element(`${kind}-${id}`).focus();
  else if (!isAsked) location.replace(`/alerts/?${kind}=${id}#${kind}-${id}`);
}

/** Whether the page has it. A fresh copy of its part is not marked yet. */
function markAddressed() {
  for (const marked of document.querySelectorAll("[data-addressed]")) marked.removeAttribute("data-addressed");
  const item = location.hash ? element(location.hash.slice(1)) : null;
  if (item) item.dataset.addressed = "";
  return item !== null;
}

startTheme(
  () => setTheme(otherTheme()),
  () => {},
);
new AlertFeed(hubsOf(document) ?? [], {
  onAlerts: announce,
  onNews: () => soon(TOGETHER_MS),
  onState: connectionChanged,
});
goToAddressed();
addEventListener("hashchange", goToAddressed);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) soon(0);
});
for (const select of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("#narrow select")))
  select.addEventListener("change", () => select.form?.requestSubmit());
soon(REFRESH_MS);
startPush(JSON.parse(element("page-data").textContent).push_key);
