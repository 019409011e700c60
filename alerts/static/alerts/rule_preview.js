// In a rule's form: how often it would have fired, before it is saved. Asks again whenever the form has been changed.

const WAIT_MS = 400;
const MOST_TIMES = 200;
const WATCHED = ["watched", "direction", "limit", "clear_limit", "span"];
const FIELDS = [...WATCHED, "market", "for_minutes", "cool_down_minutes"];

/** @typedef {{ opened: string, cleared: string | null }} Episode */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("rule_form"));
const time = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  dateStyle: "medium",
  timeStyle: "short",
  hourCycle: "h23",
});
const box = make("section", "rule-preview");
const sentence = make("p", "rule-preview-sentence");
const times = make("ul", "");
const details = make("details", "", make("summary", "", "When, Pacific time"), times);
let timer = 0;
/** @type {AbortController | null} */
let asking = null;

/**
 * @type {<K extends keyof HTMLElementTagNameMap>(
 *   tag: K,
 *   className: string,
 *   ...children: (string | Node)[]
 * ) => HTMLElementTagNameMap[K]}
 */
function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** @type {(name: string) => HTMLInputElement | HTMLSelectElement | null} */
function field(name) {
  return /** @type {HTMLInputElement | HTMLSelectElement | null} */ (form?.elements.namedItem(name) ?? null);
}

/** The fields that are filled in. @type {(prefix: string, names: string[]) => Record<string, string>} */
function filled(prefix, names) {
  const held = names.map((name) => [name, field(`${prefix}${name}`)?.value.trim() ?? ""]);
  return Object.fromEntries(held.filter(([, value]) => value !== ""));
}

/** @type {(prefix: string) => boolean} */
function isDeleted(prefix) {
  const box = field(`${prefix}DELETE`);
  return box instanceof HTMLInputElement && box.checked;
}

function conditions() {
  const count = Number(field("conditions-TOTAL_FORMS")?.value ?? 0);
  const prefixes = Array.from({ length: count }, (_, i) => `conditions-${i}-`);
  return prefixes
    .filter((prefix) => !isDeleted(prefix))
    .map((prefix) => filled(prefix, WATCHED))
    .filter((one) => one.limit);
}

function rule() {
  const node = field("node");
  if (!(node instanceof HTMLSelectElement) || !node.value || !field("limit")?.value) return null;
  return { ...filled("", FIELDS), node: node.selectedOptions[0].textContent, conditions: conditions() };
}

async function ask() {
  asking?.abort();
  const body = rule();
  if (!body) return report("Choose a hub and a limit, and here is how often the rule would have fired.", []);
  asking = new AbortController();
  box.dataset.state = "asking";
  try {
    const answer = await fetch("/api/v1/rules/preview", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: asking.signal,
    });
    const found = await answer.json();
    report(found.sentence ?? sentenceOf(found.detail), found.times ?? [], answer.ok ? "known" : "refused");
  } catch (fault) {
    const isAborted = fault instanceof DOMException && fault.name === "AbortError";
    if (!isAborted) report("The preview cannot be reached.", [], "refused");
  }
}

/** A refusal begins with the name of the field that it is about. @type {(detail: string) => string} */
function sentenceOf(detail) {
  return detail.replace(/^[\w.[\]]+: /, "");
}

/** @type {(text: string, episodes: Episode[], state?: string) => void} */
function report(text, episodes, state = "waiting") {
  sentence.textContent = text;
  box.dataset.state = state;
  details.hidden = episodes.length === 0;
  times.replaceChildren(
    ...episodes
      .slice(-MOST_TIMES)
      .reverse()
      .map((one) => make("li", "", words(one))),
  );
}

/** @type {(episode: Episode) => string} */
function words({ opened, cleared }) {
  return `${time.format(Date.parse(opened))} to ${cleared ? time.format(Date.parse(cleared)) : "now"}`;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT_MS);
}

if (form) {
  sentence.setAttribute("role", "status");
  box.append(make("h2", "", "Before you save"), sentence, details);
  form.querySelector(".submit-row")?.before(box);
  for (const kind of ["input", "change", "formset:added", "formset:removed"]) document.addEventListener(kind, soon);
  ask();
}
