// Parts of a page that the server renders again: every element marked data-live is replaced by the one of its id in a
// fresh copy of the page.

import { isLogIn, showSignedOut } from "./signed_out.js";
import { documentIn } from "./trusted.js";

/** This page as the server writes it now, or null where it cannot be reached. */
export async function fetchPage() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.redirected && isLogIn(answer.url)) {
    showSignedOut(true);
    return null;
  }
  const text = answer?.ok ? await answer.text().catch(() => null) : null;
  return text === null ? null : pageIn(text);
}

/**
 * A page of ours, which says so in its head; null for any other, as the log-in page of a network that lets nobody out
 * yet and answers 200 to everything.
 * @type {(text: string) => Document | null}
 */
export function pageIn(text) {
  const page = documentIn(text);
  return page.querySelector("meta[name=application-name][content='CAISO Live']") ? page : null;
}

/** What runs once no button is held down: a click on one that was replaced meanwhile would be lost. */
let released = Promise.resolve();

addEventListener(
  "pointerdown",
  () => {
    released = new Promise((resolve) => {
      // The click follows on the release, in the same turn.
      const ends = () => setTimeout(resolve);
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, ends, { once: true, capture: true });
    });
  },
  true,
);

/** Take over what has changed; whether the server could be reached. */
export async function refresh() {
  const fresh = await fetchPage();
  if (!fresh) return false;
  await released;
  for (const part of document.querySelectorAll("[data-live]")) replace(part, fresh.getElementById(part.id));
  return true;
}

/** Whoever stands on a button with the keyboard stays on it. @type {(part: Element, fresh: Element | null) => void} */
function replace(part, fresh) {
  if (!fresh || part.isEqualNode(fresh)) return;
  const active = document.activeElement;
  const held = active && part.contains(active) ? active.id : "";
  part.replaceWith(document.adoptNode(fresh));
  if (held) document.getElementById(held)?.focus();
}
