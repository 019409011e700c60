// A hub's prices by polling: what the answers of /api/current, /api/history and /api/v1/source make, as frames.

const LATELY_HOURS = 3;
const DAY_AHEAD_HOURS = 24;

/** What each round asks for. The history is asked for once, and its end again whenever the feed has gone on. */
export function pricePoll(query, fetched) {
  const [hub, hours] = [query.get("hubs"), Number(query.get("hours"))];
  const json = async (path) => (await fetched(path)).json();
  const history = (span, market) => json(`/api/history/${span}?hub=${encodeURIComponent(hub)}&market=${market}`);
  let known = null;
  return async () => {
    const [current, source] = await Promise.all([
      json(`/api/current?hub=${encodeURIComponent(hub)}`),
      json("/api/v1/source"),
    ]);
    const [cursor, isFirst] = [`${current.epoch}:${current.seq}`, known === null];
    const answers =
      cursor === known
        ? []
        : await Promise.all([
            history(isFirst ? hours : LATELY_HOURS, "RTM"),
            history(isFirst ? hours + DAY_AHEAD_HOURS : DAY_AHEAD_HOURS, "DAM"),
          ]);
    known = cursor;
    const [rt, da] = answers.length ? answers.map(({ prices }) => prices) : [[], []];
    const hello = { type: "hello", protocol: 1, feeds: {}, source: current.source, server_time: current.server_time };
    return [
      ...(isFirst ? [hello] : []),
      { type: "polled", hub, current, rt, da },
      { ...source, type: "heartbeat", feeds: {} },
    ];
  };
}
