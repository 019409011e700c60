// In a rule's form: how often it would have fired, before it is saved. Asks again whenever the form has been changed.

const WAIT_MS = 400;
const MOST_TIMES = 200;
const WATCHED = ["watched", "direction", "limit", "clear_limit", "span"];
const FIELDS = [...WATCHED, "market", "for_minutes", "cool_down_minutes"];

const form = document.getElementById("rule_form");
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
let timer = null;
let asking = null;

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** The fields that are filled in: {limit: "100", ...}. */
function filled(prefix, names) {
  const held = names.map((name) => [name, form.elements[`${prefix}${name}`]?.value.trim() ?? ""]);
  return Object.fromEntries(held.filter(([, value]) => value !== ""));
}

function conditions() {
  const count = Number(form.elements["conditions-TOTAL_FORMS"]?.value ?? 0);
  const prefixes = Array.from({ length: count }, (_, i) => `conditions-${i}-`);
  return prefixes
    .filter((prefix) => !form.elements[`${prefix}DELETE`]?.checked)
    .map((prefix) => filled(prefix, WATCHED))
    .filter((one) => one.limit);
}

function rule() {
  const node = form.elements.node;
  return node?.value && form.elements.limit?.value
    ? { ...filled("", FIELDS), node: node.selectedOptions[0].textContent, conditions: conditions() }
    : null;
}

async function ask() {
  asking?.abort();
  const body = rule();
  if (!body) return report("Choose a node and a limit, and here is how often the rule would have fired.", []);
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
    report(found.sentence ?? found.detail, found.times ?? [], answer.ok ? "known" : "refused");
  } catch (fault) {
    if (fault.name !== "AbortError") report("The preview cannot be reached.", [], "refused");
  }
}

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
  form.querySelector(".submit-row").before(box);
  for (const kind of ["input", "change", "formset:added", "formset:removed"]) document.addEventListener(kind, soon);
  ask();
}
