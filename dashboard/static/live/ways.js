// Which way the page is fed, and when a better one is tried again, by how each connection ended. No DOM, no clock.

import { CLOSED } from "./retry.js";

const MINUTE = 60_000;
const WAYS = ["socket", "stream", "poll"];
const MOST_STRIKES = 2;
const SHORT_MS = 90_000;
const BACK_MS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE];

/** `strikes` speak against the way in a row; `tries` is how often a better one was tried since one last held. */
export const FIRST = { way: WAYS[0], strikes: 0, tries: 0 };

/** Codes that only our server gives; every other, or none, may come of a network that closes what it does not know. */
function isOurs(code) {
  return code >= 4000 || code === CLOSED.GOING_AWAY || code === CLOSED.NOT_READY;
}

/** Whether an end may be the network's doing: the way never opened, or was cut soon. What our server says, it says along a way that works. */
export function isSuspect({ code, byeMs, livedMs }) {
  return byeMs === null && !isOurs(code) && livedMs < SHORT_MS;
}

/** After an end; `isReached` is whether the server answered plain HTTP then: else it is away, or all of the network, and no way is better. */
export function afterEnd(standing, end) {
  if (!isSuspect(end)) return { ...standing, strikes: 0, tries: end.livedMs < SHORT_MS ? standing.tries : 0 };
  if (!end.isReached) return standing;
  const [strikes, next] = [standing.strikes + 1, WAYS[WAYS.indexOf(standing.way) + 1]];
  return strikes < MOST_STRIKES || !next ? { ...standing, strikes } : { ...standing, way: next, strikes: 0 };
}

/** How long until a better way is tried; null while there is none. */
export function backAfter({ way, tries }) {
  return way === WAYS[0] ? null : BACK_MS[Math.min(tries, BACK_MS.length - 1)];
}

/** Which one is tried: the best, and of those who ask also the stream, every other time. */
export function betterWay({ way, tries }) {
  return way === "poll" && tries % 2 ? "stream" : WAYS[0];
}

export function notBetter(standing) {
  return { ...standing, tries: standing.tries + 1 };
}

/** A better way greeted us: if it is cut soon once more, that is enough. */
export function isBetter(standing, way) {
  return { way, strikes: MOST_STRIKES - 1, tries: standing.tries + 1 };
}
