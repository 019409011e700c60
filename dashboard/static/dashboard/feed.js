// The live feed: one WebSocket for one hub, kept alive. Back-off with jitter, a heartbeat watchdog, a check for what was missed.

import { serverNow } from "./server_clock.js";

const STALE_MS = 15_000;
const DEAD_MS = 30_000;
const OPENING_MS = 10_000;
const BEHIND_MS = 6_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/** Half of the wait is chance, so that a thousand pages do not come back in the same instant. */
export function retryDelay(attempt, chance = Math.random()) {
  const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempt);
  return longest / 2 + (chance * longest) / 2;
}

function address(hub) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/ws?hubs=${encodeURIComponent(hub)}`;
}

export class Feed {
  /** seqHeld() says how far the page is; onFrame(frame) takes each frame; onChange() hears of a new `state`. */
  constructor({ seqHeld, onFrame, onChange }) {
    Object.assign(this, { seqHeld, onFrame, onChange, state: "connecting", attempt: 0, retryAt: null, lostAt: null });
  }

  follow(hub) {
    this.hub = hub;
    this.attempt = 0;
    this.open();
  }

  open() {
    this.drop();
    const socket = new WebSocket(address(this.hub));
    Object.assign(this, { socket, openedAt: performance.now(), heardAt: null, behindSince: null, retryMs: null });
    socket.onmessage = ({ data }) => { if (socket === this.socket) this.take(JSON.parse(data)); };
    socket.onclose = () => { if (socket === this.socket) this.retry(); };
    this.become("connecting");
  }

  drop() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Try again later: after a lost socket, or when what we hold no longer follows on. */
  retry() {
    this.drop();
    const delay = this.retryMs ?? retryDelay(this.attempt);
    this.attempt += 1;
    this.retryAt = performance.now() + delay;
    this.timer = setTimeout(() => this.open(), delay);
    this.become("down");
  }

  become(state) {
    const changed = state !== this.state;
    if (state === "live") this.lostAt = null;
    if (state === "down" && (this.state === "live" || this.state === "stale")) this.lostAt = serverNow();
    this.state = state;
    if (changed) this.onChange();
  }

  take(frame) {
    if (frame.type === "hello" || frame.type === "heartbeat") this.hear(frame);
    if (frame.type === "bye") this.retryMs = frame.retry_ms * (1 + Math.random());
    this.onFrame(frame);
  }

  hear(frame) {
    this.heardAt = performance.now();
    this.become("live");
    if (frame.type !== "heartbeat") return;
    this.attempt = 0; // only now: a server that accepts and drops at once is not to be hammered
    const behind = (frame.feeds[this.hub] ?? 0) > (this.seqHeld() ?? -1);
    this.behindSince = behind ? this.behindSince ?? performance.now() : null;
  }

  /** Once a second: is the feed still what it says it is? */
  watch() {
    const since = (then) => (then === null ? 0 : performance.now() - then);
    if (!this.socket) return;
    if (this.heardAt === null && since(this.openedAt) > OPENING_MS) this.retry();
    else if (since(this.heardAt) > DEAD_MS || since(this.behindSince) > BEHIND_MS) this.retry();
    else if (since(this.heardAt) > STALE_MS) this.become("stale");
  }

  retryNow() {
    if (this.state !== "live") this.open();
  }
}
