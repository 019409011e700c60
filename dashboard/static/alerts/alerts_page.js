// The page of alerts: it shows what the server wrote, and fetches it anew when an alert comes, and twice a minute for how long each has lasted.

import { AlertNews, hubsOf } from "./alert_news.js";
import { startPush } from "./push.js";
import { refresh } from "../ui/refreshed.js";
import { element, show } from "../ui/show.js";
import { otherTheme, setTheme, startTheme } from "../ui/theme.js";

const REFRESH_MS = 30_000;
const TOGETHER_MS = 80;
const WORDS = { connecting: "connecting", live: "live", down: "no connection" };
const FED_BY = { stream: "live by event stream", poll: "asking every 10 s" };
let timer = null;
let [connection, way] = ["connecting", "socket"];

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(anew, ms);
}

async function anew() {
  const reached = document.hidden || (await refresh());
  lamp(reached ? connection : "down");
  soon(REFRESH_MS);
}

function connectionChanged(state, fedBy) {
  [connection, way] = [state, fedBy];
  lamp(state);
  if (state === "live") soon(0);
}

function lamp(state) {
  element("lamp-connection").dataset.state = state;
  show("lamp-connection-text", (state === "live" && FED_BY[way]) || WORDS[state]);
}

/** Several alerts of one publication are one refresh. */
function hear(alerts) {
  show("announcer", alerts.map(({ text }) => text).join(". "));
  soon(TOGETHER_MS);
}

startTheme(() => setTheme(otherTheme()), () => {});
new AlertNews(hubsOf(document), { onAlerts: hear, onState: connectionChanged });
document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(0); });
for (const select of document.querySelectorAll("#narrow select")) select.addEventListener("change", () => select.form.requestSubmit());
soon(REFRESH_MS);
startPush(JSON.parse(element("page-data").textContent).push_key);
