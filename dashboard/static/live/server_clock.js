// The server's clock is the truth: a browser whose own clock is wrong,
// or is set while we run, shows market time all the same.

const SLEPT_MS = 5_000;
let atZero = Date.now() - performance.now();
let lead = atZero;

/** @type {(text: string) => void} */
export function setServerTime(text) {
  atZero = Date.parse(text) - performance.now();
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
