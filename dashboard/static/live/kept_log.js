// The log over a reload: a snapshot brings prices, corrections and alerts anew, but not what this page saw happen to
// its connection and the source, nor prices of long ago.

/** @import { HubState, LogEntry } from "./types.js" */

const KEY = "log";

/** @typedef {{ epoch: string, log: LogEntry[] }} KeptLog */

/** @type {() => Record<string, KeptLog>} */
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {}; // storage is switched off, or holds another page's text
  }
}

/**
 * Before the page goes: of each hub that was shown, beside those of earlier pages.
 * @type {(held: Iterable<HubState>) => void}
 */
export function keepLogs(held) {
  const kept = [...held].flatMap(({ hub, epoch, log }) => (epoch === null ? [] : [[hub, { epoch, log }]]));
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ ...read(), ...Object.fromEntries(kept) }));
  } catch {
    // Switched off, or full: then the log begins anew.
  }
}

/** What this tab had in the log of a hub's feed. @type {(hub: string, epoch: string) => LogEntry[]} */
export function keptLog(hub, epoch) {
  const kept = read()[hub];
  return kept?.epoch === epoch ? kept.log : [];
}
