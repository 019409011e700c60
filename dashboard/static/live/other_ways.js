// The ways for networks that let no WebSocket through: the event stream, and asking again and again. Each behaves as a socket does: onmessage({data}), onclose({code}), close().

import { alertsAsked } from "./alerts_asked.js";
import { pricesAsked } from "./prices_asked.js";
import { CLOSED } from "./retry.js";

export const EVERY_MS = 10_000;
const ANSWER_MS = 20_000;
const KINDS = ["hello", "snapshot", "events", "heartbeat", "bye"];
const CODES = { 404: CLOSED.UNKNOWN_HUB, 429: CLOSED.TOO_MANY };
/** A stream has no close codes: the server ends it after one of these errors. */
const LAST_WORDS = { too_many_sockets: CLOSED.TOO_MANY, not_ready: CLOSED.NOT_READY };

/** `address` is the one for a socket; who asks wants "prices" or "alerts". */
export function start(way, line, address, asks) {
  const query = new URL(address).searchParams;
  if (way === "stream") stream(line, query);
  else ask(line, { prices: pricesAsked, alerts: alertsAsked }[asks](query, fetched));
}

/** A browser opens a stream again by itself in some cases and not in others: here it never does, we do, with our own patience. */
function stream(line, query) {
  const source = new EventSource(`/api/v1/stream?${query}`);
  line.close = () => source.close();
  for (const kind of KINDS) source.addEventListener(kind, ({ data }) => line.onmessage({ data }));
  let code = CLOSED.ABNORMAL;
  // The server's `error` events come under the name of the browser's own, which brings no data.
  source.onerror = ({ data }) => {
    if (data === undefined) { source.close(); line.onclose({ code }); return; }
    code = LAST_WORDS[JSON.parse(data).code] ?? code;
    line.onmessage({ data });
  };
}

/** round() gives the frames that the answers of this moment make. */
function ask(line, round) {
  let timer = null;
  const again = async () => {
    try {
      for (const frame of await round()) if (!line.isClosed) line.onmessage({ data: JSON.stringify(frame) });
      if (!line.isClosed) timer = setTimeout(again, EVERY_MS);
    } catch (fault) {
      if (!line.isClosed) line.onclose({ code: CODES[fault.status] ?? CLOSED.ABNORMAL });
    }
  };
  line.close = () => { line.isClosed = true; clearTimeout(timer); };
  again();
}

async function fetched(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer;
}
