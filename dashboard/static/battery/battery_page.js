// The page of a battery: it shows what the server wrote, and fetches it again when advice comes, when somebody changes
// the battery, and now and then.

import { refresh } from "../ui/page_refresh.js";
import { element, reveal, show } from "../ui/show.js";
import { otherTheme, setTheme, startTheme } from "../ui/theme.js";
import { BatteryFeed } from "./battery_feed.js";
import { spokenText } from "./battery_news.js";
import { startWhatIf } from "./what_if.js";

/** @import { BatteryFeedState } from "./battery_feed.js" */
/** @import { FeedEvent, Transport } from "../live/types.js" */

const TOGETHER_MS = 80;
const WORDS = { connecting: "connecting", live: "live", down: "no connection" };
/** @type {Partial<Record<Transport, string>>} */
const FED_BY = { stream: "live by event stream", poll: "asking every minute" };
const refreshMs = Number(document.querySelector("main")?.dataset.refreshS) * 1000;
/** Without a hub its node has no feed. @type {{ battery: number, hub: string }} */
const page = JSON.parse(element("page-data").textContent ?? "");
let timer = 0;
let due = Infinity;
let isFetching = false;
let spoken = "";

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
  if (!document.hidden) reveal("not-refreshed", !(await refresh()));
  isFetching = false;
  soon(refreshMs);
}

/** @type {(state: BatteryFeedState, transport: Transport | null) => void} */
function connectionChanged(state, transport) {
  element("lamp-connection").dataset.state = state;
  show("lamp-connection-text", (state === "live" && transport && FED_BY[transport]) || WORDS[state]);
  if (state === "live") soon(0);
}

/** @type {(events: FeedEvent[]) => void} */
function tell(events) {
  const text = spokenText(events);
  if (text && text !== spoken) show("announcer", text);
  spoken = text || spoken;
  soon(TOGETHER_MS);
}

startTheme(
  () => setTheme(otherTheme()),
  () => {},
);
if (page.hub) new BatteryFeed(page.hub, page.battery, { onNews: tell, onState: connectionChanged });
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) soon(0);
});
addEventListener("online", () => soon(0));
soon(refreshMs);
startWhatIf(page.battery);
