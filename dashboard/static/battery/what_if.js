// What another size would have earned: asked for again as one types or slides; the latest answer is the one shown.

import { element, make, reveal, show } from "../ui/show.js";
import { columnsPicture } from "./columns_picture.js";
import { columnsOf, daysText, rowsOf, spokenAnswer } from "./what_if_words.js";

/** @import { Column, WhatIfAnswer } from "./what_if_words.js" */

const WAIT_MS = 350;
const SLOW_MS = 300;
const NOBODY = "The server can't be reached. It is asked again at the next change.";
const SERIES = ["as it is", "what if"];
let battery = 0;
let timer = 0;
let slow = 0;
/** @type {AbortController | null} */
let asking = null;

/** Where the page has the fields for it. @type {(id: number) => void} */
export function startWhatIf(id) {
  if (!element("what-if")) return;
  battery = id;
  reveal("what-if", true);
  element("what-if-form").addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement) pair(target);
    soon(WAIT_MS);
  });
  element("what-if-form").addEventListener("submit", (event) => event.preventDefault());
  element("as-it-is").addEventListener("click", () => {
    for (const input of fields()) {
      input.value = input.dataset.asIs ?? "";
      pair(input);
    }
    soon(0);
  });
  soon(0);
}

/** @type {() => NodeListOf<HTMLInputElement>} */
const fields = () => document.querySelectorAll("#what-if-form input[name]");

/** @type {(name: string) => HTMLInputElement} */
const inputOf = (name) => element(`what-${name}`);

/** A slider and its field say the same. @type {(input: HTMLInputElement) => void} */
function pair(input) {
  const of = input.dataset.of;
  if (of) inputOf(of).value = String(Number(Number(input.value).toPrecision(3)));
  /** @type {HTMLInputElement | null} */
  const slider = document.querySelector(`#what-if-form [data-of="${input.name}"]`);
  if (!of && slider) slider.value = input.value;
}

/** @type {(ms: number) => void} */
function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

/** What differs from the battery as it is; a cap of 0 is none. */
function change() {
  const changed = [...fields()].filter((input) => Number(input.value) !== Number(input.dataset.asIs));
  const numberOf = (/** @type {HTMLInputElement} */ { name, value }) =>
    name === "cycles_per_day" && Number(value) === 0 ? null : Number(value);
  return Object.fromEntries(changed.map((input) => [input.name, numberOf(input)]));
}

/** @type {(input: HTMLInputElement) => string} */
const labelOf = (input) => input.labels?.[0]?.firstChild?.textContent?.trim() ?? input.name;

async function ask() {
  asking?.abort();
  const empty = [...fields()].find((input) => !input.checkValidity());
  if (empty) return refuse(`${labelOf(empty)}: a number from 0 to ${Number(empty.max).toLocaleString("en-US")}.`);
  const mine = new AbortController();
  asking = mine;
  clearTimeout(slow);
  slow = setTimeout(() => reveal("what-if-working", true), SLOW_MS);
  element("what-if-answer").dataset.state = "asking";
  const found = await answerTo(change(), mine.signal);
  if (mine.signal.aborted) return;
  clearTimeout(slow);
  if ("fault" in found) refuse(found.fault);
  else report(found);
}

/** @type {(change: object, signal: AbortSignal) => Promise<WhatIfAnswer | { fault: string }>} */
async function answerTo(changed, signal) {
  try {
    const answer = await fetch(`/api/v1/batteries/${battery}/what-if`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(changed),
      signal,
    });
    const found = await answer.json();
    return answer.ok ? found : { fault: sentenceOf(found.detail ?? NOBODY) };
  } catch {
    return { fault: NOBODY };
  }
}

/** A refusal begins with the name of the field that it is about. @type {(detail: string) => string} */
function sentenceOf(detail) {
  return detail.replace(/^[\w.[\]]+: /, "");
}

/** What was shown before stays, and is dim: it is not the answer. @type {(fault: string) => void} */
function refuse(fault) {
  clearTimeout(slow);
  reveal("what-if-working", false);
  element("what-if-answer").dataset.state = "asking";
  show("what-if-fault", fault);
  reveal("what-if-fault", true);
}

/** @type {(answer: WhatIfAnswer) => void} */
function report(answer) {
  element("what-if-answer").dataset.state = "known";
  for (const id of ["what-if-working", "what-if-fault"]) reveal(id, false);
  show("what-if-days", daysText(answer));
  show("what-if-spoken", spokenAnswer(answer));
  element("what-if-rows").replaceChildren(...rowsOf(answer).map(row));
  element("what-if-pictures").replaceChildren(
    ...pictured("By month", columnsOf(answer.by_month)),
    ...pictured("By hour of the day", columnsOf(answer.by_hour)),
  );
}

/** @type {(texts: string[]) => HTMLTableRowElement} */
function row([name, ...texts]) {
  const head = make("th", "", name);
  head.scope = "row";
  return make("tr", "", head, ...texts.map((text) => make("td", "", text)));
}

/** @type {(title: string, columns: Column[]) => Element[]} */
function pictured(title, columns) {
  if (!columns.length) return [];
  const names = SERIES.map((name, nth) => make("span", `series-${nth}`, name));
  const head = make("header", "", make("h3", "", title), make("p", "legend", ...names));
  return [head, columnsPicture(title, SERIES, columns)];
}
