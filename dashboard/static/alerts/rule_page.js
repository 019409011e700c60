// A rule's page: how often the alert would have come, asked for again at each change of the form, and only the fields
// that what is watched has a use for.

import { element, make, reveal, show } from "../ui/show.js";
import { otherTheme, setTheme, startTheme } from "../ui/theme.js";

const WAIT_MS = 400;
const MOST_TIMES = 50;
const FIELDS = ["market", "watched", "direction", "limit", "clear_limit", "span", "for_minutes"];
const RANKS = ["dearest", "cheapest"];
const NARROW = "(max-width: 760px)";

/** @typedef {{ opened: string, cleared: string | null }} Episode */

/** @type {Intl.DateTimeFormatOptions} */
const PACIFIC = { timeZone: "America/Los_Angeles", hourCycle: "h23", hour: "2-digit", minute: "2-digit" };
const clock = new Intl.DateTimeFormat("en-GB", PACIFIC);
const dayAndClock = new Intl.DateTimeFormat("en-US", { ...PACIFIC, weekday: "short", day: "numeric", month: "short" });
let timer = 0;
/** @type {AbortController | null} */
let asking = null;

/** @type {(name: string) => HTMLInputElement | HTMLSelectElement} */
function field(name) {
  return element(`id_${name}`);
}

/** What is watched decides what a limit is measured in, and which fields there are. */
function fit() {
  const watched = field("watched").value;
  const unit = RANKS.includes(watched) ? "%" : watched === "age" ? "min" : "$/MWh";
  for (const name of ["limit", "clear_limit"]) show(`unit-${name}`, unit);
  show("unit-span", watched === "change" ? "min" : "days");
  offer("span", watched === "change" || RANKS.includes(watched));
  offer("direction", !RANKS.includes(watched) && watched !== "age");
  offer("for_minutes", watched !== "age");
  if (watched === "age") field("for_minutes").value = "0"; // it has no such time
}

/** A field with a fault stays in sight whatever is watched. @type {(name: string, isUsed: boolean) => void} */
function offer(name, isUsed) {
  const id = `field-${name}`;
  reveal(id, isUsed || element(id).querySelector(".fault") !== null);
}

function soon() {
  fit();
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

async function ask() {
  asking?.abort();
  if (!field("limit").value.trim()) return report("Enter a limit to see how often this alert would have opened.", []);
  asking = new AbortController();
  element("preview").dataset.state = "asking";
  try {
    const answer = await fetch("/api/v1/rules/preview", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(rule()),
      signal: asking.signal,
    });
    const found = await answer.json();
    report(found.sentence ?? sentenceOf(found.detail), found.times ?? [], answer.ok ? "known" : "refused");
  } catch (fault) {
    const isAborted = fault instanceof DOMException && fault.name === "AbortError";
    if (!isAborted) report("The preview can't be reached.", [], "refused");
  }
}

/** The rule in the form, as the preview takes it. @type {() => Record<string, unknown>} */
function rule() {
  const filled = FIELDS.map((name) => [name, field(name).value.trim()]).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(filled), hub: field("node").value };
}

/** A refusal begins with the name of the field that it is about. @type {(detail: string) => string} */
function sentenceOf(detail) {
  return detail.replace(/^[\w.[\]]+: /, "");
}

/** @type {(text: string, episodes: Episode[], state?: string) => void} */
function report(text, episodes, state = "waiting") {
  show("preview-sentence", text);
  element("preview").dataset.state = state;
  reveal("preview-when", episodes.length > 0);
  const lines = episodes.slice(-MOST_TIMES).reverse();
  element("preview-times").replaceChildren(...lines.map((one) => make("li", "", words(one))));
}

/** @type {(episode: Episode) => string} */
function words({ opened, cleared }) {
  return `${dayAndClock.format(Date.parse(opened))}–${cleared ? clock.format(Date.parse(cleared)) : "now"}`;
}

startTheme(
  () => setTheme(otherTheme()),
  () => {},
);
reveal("preview-button", false);
/** @type {HTMLDetailsElement} */ (element("preview-when")).open = !matchMedia(NARROW).matches;
for (const kind of ["input", "change"]) element("rule-form").addEventListener(kind, soon);
fit();
ask();
