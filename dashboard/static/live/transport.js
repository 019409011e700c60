// Which transport feeds the page, and when a better one is tried again, by how each connection ended. No DOM, no clock.

import { CLOSED } from "./retry.js";

/** @import { ConnectionEnd, Transport, TransportChoice } from "./types.js" */

const MINUTE = 60_000;
/** @type {Transport[]} */
const TRANSPORTS = ["socket", "stream", "poll"];
const MOST_STRIKES = 2;
const SHORT_MS = 90_000;
const TRY_BETTER_MS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE];

/** @type {TransportChoice} */
export const FIRST_CHOICE = { transport: TRANSPORTS[0], strikes: 0, tries: 0 };

/**
 * Codes that only our server gives; every other, or none, may come from a network that closes what it does not know.
 * @type {(code: number | null) => boolean}
 */
function isOurs(code) {
  return (code ?? 0) >= 4000 || code === CLOSED.GOING_AWAY || code === CLOSED.NOT_READY;
}

/**
 * Whether an end may be the network's doing: the connection never opened, or was cut soon. What our server says
 * reached us by a transport that works.
 * @type {(end: ConnectionEnd) => boolean}
 */
export function mayBeTheNetwork({ code, byeMs, livedMs }) {
  return byeMs === null && !isOurs(code) && livedMs < SHORT_MS;
}

/**
 * After an end; `isReached` is whether the server answered plain HTTP then: else the server or the whole network is
 * away, and no transport is better.
 * @type {(choice: TransportChoice, end: ConnectionEnd & { isReached: boolean }) => TransportChoice}
 */
export function afterEnd(choice, end) {
  if (!mayBeTheNetwork(end)) return { ...choice, strikes: 0, tries: end.livedMs < SHORT_MS ? choice.tries : 0 };
  if (!end.isReached) return choice;
  const [strikes, next] = [choice.strikes + 1, TRANSPORTS[TRANSPORTS.indexOf(choice.transport) + 1]];
  return strikes < MOST_STRIKES || !next ? { ...choice, strikes } : { ...choice, transport: next, strikes: 0 };
}

/**
 * How long until a better transport is tried; null while there is none.
 * @type {(choice: Pick<TransportChoice, "transport" | "tries">) => number | null}
 */
export function tryBetterAfter({ transport, tries }) {
  return transport === TRANSPORTS[0] ? null : TRY_BETTER_MS[Math.min(tries, TRY_BETTER_MS.length - 1)];
}

/**
 * Which one is tried: the best; while polling also the stream, every other time.
 * @type {(choice: Pick<TransportChoice, "transport" | "tries">) => Transport}
 */
export function betterTransport({ transport, tries }) {
  return transport === "poll" && tries % 2 ? "stream" : TRANSPORTS[0];
}

/** @type {(choice: TransportChoice) => TransportChoice} */
export function betterFailed(choice) {
  return { ...choice, tries: choice.tries + 1 };
}

/**
 * A better transport has connected: one more early cut is enough to leave it.
 * @type {(choice: TransportChoice, transport: Transport) => TransportChoice}
 */
export function betterConnected(choice, transport) {
  return { transport, strikes: MOST_STRIKES - 1, tries: choice.tries + 1 };
}
