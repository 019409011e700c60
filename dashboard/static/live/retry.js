// How long to wait before the next try, by how the last one ended. No DOM.

const SECOND = 1000;
export const CLOSED = {
  ABNORMAL: 1006,
  GOING_AWAY: 1012,
  NOT_READY: 1013,
  BAD_REQUEST: 4400,
  SIGNED_OUT: 4401,
  UNKNOWN_HUB: 4404,
  SLOW: 4408,
  TOO_MANY: 4429,
};
const LONGEST = 30 * SECOND;

/**
 * Half of the wait is chance, so that a thousand pages do not come back in the same instant.
 * @type {(longest: number, chance: number) => number}
 */
function jittered(longest, chance) {
  return longest / 2 + (chance * longest) / 2;
}

/**
 * Quick while the loss is young (at most 2 s for half a minute), then a tenth of how long it lasts, at most 30 s.
 * @type {(lostMs: number, chance?: number) => number}
 */
export function retryDelay(lostMs, chance = Math.random()) {
  return jittered(Math.min(LONGEST, Math.max(2 * SECOND, lostMs / 10)), chance);
}

/**
 * After a socket closed with this code; byeMs is what a `bye` asked for, which is random already.
 * @type {(end: { code: number | null; byeMs: number | null; lostMs: number }, chance?: number) => number}
 */
export function delayAfter({ code, byeMs, lostMs }, chance = Math.random()) {
  if (byeMs !== null) return byeMs;
  if (code === CLOSED.SLOW) return jittered(SECOND, chance);
  if (code === CLOSED.TOO_MANY || code === CLOSED.UNKNOWN_HUB) return LONGEST + chance * LONGEST;
  return retryDelay(lostMs, chance);
}

/**
 * What to say of a code that trying again soon will not mend; else "".
 * @type {(code: number | null, hub: string) => string}
 */
export function closedText(code, hub) {
  if (code === CLOSED.TOO_MANY) return "The server has as many readers as it takes, in all or from your address.";
  if (code === CLOSED.UNKNOWN_HUB) return `The server follows no ${hub} any more.`;
  return "";
}
