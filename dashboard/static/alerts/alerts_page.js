// The page of alerts: it shows what the server wrote, and fetches it again when an alert comes, and twice a minute for
// how long each has lasted.

import { refresh } from "../ui/page_refresh.js";
import { element, show } from "../ui/show.js";
import { otherTheme, setTheme, startTheme } from "../ui/theme.js";
import { AlertFeed, hubsOf } from "./alert_feed.js";
import { startPush } from "./push.js";

/** @import { AlertFeedState } from "./alert_feed.js" */
/** @import { AlertEvent, Transport } from "../live/types.js" */

const REFRESH_MS = 30_000;
const TOGETHER_MS = 80;
const WORDS = { connecting: "connecting", live: "live", down: "no connection" };
/** @type {Partial<Record<Transport, string>>} */
const FED_BY = { stream: "live by event stream", poll: "asking every 10 s" };
let timer = 0;
/** @type {keyof typeof WORDS} */
let connection = "connecting";
/** @type {Transport | null} */
let transport = null;

/** @type {(ms: number) => void} */
function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(anew, ms);
}

async function anew() {
  const reached = document.hidden || (await refresh());
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
  show("announcer", alerts.map(({ text }) => text).join(". "));
  soon(TOGETHER_MS);
}

startTheme(
  () => setTheme(otherTheme()),
  () => {},
);
new AlertFeed(hubsOf(document) ?? [], { onAlerts: announce, onState: connectionChanged });
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) soon(0);
});
for (const select of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("#narrow select")))
  select.addEventListener("change", () => select.form?.requestSubmit());
soon(REFRESH_MS);
startPush(JSON.parse(element("page-data").textContent).push_key);
