// Connections to the server: by WebSocket, or by a transport that stands in for it.

import { CLOSED } from "./retry.js";

/** @import { Connection, FallbackConnection, Transport, Wanted } from "./types.js" */

const HEALTHZ_MS = 5_000;

/**
 * A connection that behaves as a WebSocket does, whatever its transport.
 * The fallback transports are loaded once they are needed.
 * @type {(transport: Transport, address: string, wants: Wanted) => Connection}
 */
export function connect(transport, address, wants) {
  if (transport === "socket") return new WebSocket(address);
  /** @type {FallbackConnection} */
  const connection = {
    onmessage() {},
    onclose() {},
    close() {
      connection.isClosed = true;
    },
    isClosed: false,
  };
  import("./fallback_transports.js").then(
    ({ start }) => {
      if (!connection.isClosed) start(transport, connection, address, wants);
    },
    () => connection.onclose({ code: CLOSED.ABNORMAL }),
  );
  return connection;
}

/** Whether our server answers plain HTTP: if so, a network that lets no WebSocket through is not simply away. */
export async function isServerReached() {
  const answer = await fetch("/healthz", { signal: AbortSignal.timeout(HEALTHZ_MS) }).catch(() => null);
  if (!answer?.ok) return false;
  return (await answer.text().catch(() => "")).trim() === "ok";
}
