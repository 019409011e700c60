// Where readers must be logged in: a page whose session has ended says so, and leads to the log-in and back.

import { make } from "./show.js";

const LOG_IN = "/accounts/log-in/";
const SAYS_SO = "signed-out";

/** Whether an answer is the page to log in in place of another. @type {(url: string) => boolean} */
export function isLogIn(url) {
  return new URL(url, location.href).pathname === LOG_IN;
}

/** @type {(isOut: boolean) => void} */
export function showSignedOut(isOut) {
  const said = document.getElementById(SAYS_SO);
  if (!isOut) said?.remove();
  if (!isOut || said) return;
  const link = make("a", "", "Log in");
  link.href = `${LOG_IN}?next=${encodeURIComponent(location.pathname + location.search)}`;
  const text = make("span", "", "You are logged out, or may not read here any more: this is the last received. ", link);
  const notice = make("p", "notice", text);
  notice.id = SAYS_SO;
  notice.dataset.tone = "bad";
  notice.setAttribute("role", "alert");
  document.querySelector(".bar")?.after(notice);
}
