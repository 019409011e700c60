// A hub's prices by polling: what the answers of /api/current, /api/history and /api/v1/source make, as frames.

/** @import { Current, Fetch, Frame, HeartbeatFrame, HelloFrame, History, Market, Price, Source } from "./types.js" */

const LATELY_HOURS = 3;
const DAY_AHEAD_HOURS = 24;

/**
 * @typedef {object} Answers
 * @property {() => Promise<Current>} current
 * @property {() => Promise<Omit<HeartbeatFrame, "type" | "feeds"> & { source: Source }>} source
 * @property {(hours: number, market: Market) => Promise<Price[]>} prices
 */

/**
 * The frames of each round. The history is fetched once, and its end again whenever the feed has gone on.
 * @type {(query: URLSearchParams, fetched: Fetch) => () => Promise<Frame[]>}
 */
export function pricePoll(query, fetched) {
  const [hub, hours] = [query.get("hubs") ?? "", Number(query.get("hours"))];
  const answers = answersFor(encodeURIComponent(hub), fetched);
  /** @type {string | null} */
  let known = null;
  return async () => {
    const [current, source] = await Promise.all([answers.current(), answers.source()]);
    const [cursor, isFirst] = [`${current.epoch}:${current.seq}`, known === null];
    const [realTime, dayAhead] = isFirst ? [hours, hours + DAY_AHEAD_HOURS] : [LATELY_HOURS, DAY_AHEAD_HOURS];
    const [rt, fmm, da] =
      cursor === known
        ? [[], [], []]
        : await Promise.all([
            answers.prices(realTime, "RTM"),
            answers.prices(realTime, "RTPD"),
            answers.prices(dayAhead, "DAM"),
          ]);
    known = cursor;
    return [
      ...(isFirst ? [hello(current)] : []),
      { type: "polled", hub, current, rt, fmm, da },
      { ...source, type: "heartbeat", feeds: {} },
    ];
  };
}

/** @type {(hub: string, fetched: Fetch) => Answers} */
function answersFor(hub, fetched) {
  return {
    current: async () => (await fetched(`/api/current?hub=${hub}`)).json(),
    source: async () => (await fetched("/api/v1/source")).json(),
    async prices(hours, market) {
      /** @type {History} */
      const history = await (await fetched(`/api/history/${hours}?hub=${hub}&market=${market}`)).json();
      return history.prices;
    },
  };
}

/** @type {(current: Current) => HelloFrame} */
function hello({ source, server_time }) {
  return { type: "hello", protocol: 1, feeds: {}, source, server_time };
}
