// The transports for networks that let no WebSocket through: the event stream, and polling. Each behaves as a socket
// does: onmessage({data}), onclose({code}), close().

import { alertPoll } from "./polled_alerts.js";
import { pricePoll } from "./polled_prices.js";
import { CLOSED } from "./retry.js";

/** @import { ErrorFrame, FallbackConnection, Transport, Wanted } from "./types.js" */

export const EVERY_MS = 10_000;
const ANSWER_MS = 20_000;
const KINDS = ["hello", "snapshot", "events", "heartbeat", "bye"];
/** @type {Record<number, number>} */
const CODES = { 401: CLOSED.SIGNED_OUT, 403: CLOSED.SIGNED_OUT, 404: CLOSED.UNKNOWN_HUB, 429: CLOSED.TOO_MANY };
/** A stream has no close codes: the server ends it after one of these errors. @type {Record<string, number>} */
const FINAL_ERRORS = {
  too_many_sockets: CLOSED.TOO_MANY,
  not_ready: CLOSED.NOT_READY,
  signed_out: CLOSED.SIGNED_OUT,
};

/**
 * `address` is the one for a socket; polling is for what the reader `wants`.
 * @type {(transport: Transport, connection: FallbackConnection, address: string, wants: Wanted) => void}
 */
export function start(transport, connection, address, wants) {
  const query = new URL(address).searchParams;
  if (transport === "stream") stream(connection, query);
  else poll(connection, wants === "prices" ? pricePoll(query, fetched) : alertPoll(fetched));
}

/**
 * A browser opens a stream again by itself in some cases and not in others:
 * here it never does, we do, with our own patience.
 * @type {(connection: FallbackConnection, query: URLSearchParams) => void}
 */
function stream(connection, query) {
  const source = new EventSource(`/api/v1/stream?${query}`);
  connection.close = () => source.close();
  for (const kind of KINDS) source.addEventListener(kind, ({ data }) => connection.onmessage({ data }));
  let code = CLOSED.ABNORMAL;
  // The server's `error` events come under the name of the browser's own, which brings no data.
  source.onerror = (/** @type {Event & { data?: string }} */ { data }) => {
    if (data === undefined) {
      source.close();
      connection.onclose({ code });
      return;
    }
    /** @type {ErrorFrame} */
    const error = JSON.parse(data);
    code = FINAL_ERRORS[error.code] ?? code;
    connection.onmessage({ data });
  };
}

/**
 * round() gives the frames that the answers of this moment make.
 * @type {(connection: FallbackConnection, round: () => Promise<object[]>) => void}
 */
function poll(connection, round) {
  let timer = 0;
  const again = async () => {
    try {
      for (const frame of await round())
        if (!connection.isClosed) connection.onmessage({ data: JSON.stringify(frame) });
      if (!connection.isClosed) timer = setTimeout(again, EVERY_MS);
    } catch (fault) {
      const code = fault instanceof Refusal ? CODES[fault.status] : undefined;
      if (!connection.isClosed) connection.onclose({ code: code ?? CLOSED.ABNORMAL });
    }
  };
  connection.close = () => {
    connection.isClosed = true;
    clearTimeout(timer);
  };
  again();
}

class Refusal extends Error {
  /** @param {string} path @param {number} status */
  constructor(path, status) {
    super(path);
    this.status = status;
  }
}

/** @type {(path: string) => Promise<Response>} */
async function fetched(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Refusal(path, answer.status);
  return answer;
}
