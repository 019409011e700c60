// The server's clock is the truth: a browser whose own clock is wrong,
// or is set while we run, shows market time all the same.

const SLEPT_MS = 5_000;
const JUST_MADE_MS = 60_000;
let atZero = Date.now() - performance.now();
let isSure = false;
let lead = atZero;

/** @type {(text: string) => void} */
export function setServerTime(text) {
  atZero = Date.parse(text) - performance.now();
  isSure = true;
}

/**
 * A page says when it was made, which may be long ago: kept by the browser, or saved. So our own clock decides if it is
 * ahead: until the server speaks, prices are rather called too old than too new.
 * @type {(made: string) => void}
 */
export function setPageTime(made) {
  isSure = Math.abs(Date.now() - Date.parse(made)) < JUST_MADE_MS;
  atZero = Math.max(atZero, Date.parse(made));
}

/** Whether the server said what time it is, or has just made the page: else nothing is called late by our own clock. */
export function isTimeSure() {
  return isSure;
}

export function serverNow() {
  return atZero + performance.now();
}

/**
 * Whether the machine slept since this was last asked:
 * performance.now() may stand still meanwhile, Date.now() does not.
 */
export function hasSlept() {
  const before = lead;
  lead = Date.now() - performance.now();
  return lead - before > SLEPT_MS;
}
