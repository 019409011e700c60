// The live feed: one WebSocket for one hub, kept alive. It carries on from where the page stands, so that nothing is missed or told twice.

import { feedAddress } from "./address.js";
import { isBehind, step } from "./following.js";
import { closedText, delayAfter } from "./retry.js";
import { serverNow, setServerTime } from "./server_clock.js";

const STALE_MS = 15_000;
const OPENING_MS = 8_000;
const QUIET_MS = 6_000;
const ANSWER_MS = 2_000;
const CATCHING_UP_SHOWN_MS = 1_500;
// To these a new socket is the answer: it begins with what the server can give.
const REFUSED = new Set(["bad_resume", "not_followed", "unknown_type"]);

const since = (then) => (then === null ? 0 : performance.now() - then);

export class Feed {
  /** place() is {epoch, seq} the page stands at, or null; onFrame(frame) takes each frame that follows; onChange(before) hears of a new `state`. */
  constructor({ place, onFrame, onChange }) {
    Object.assign(this, { place, onFrame, onChange, state: "connecting", refusal: "", catchingUp: null });
    Object.assign(this, { heardAt: null, lostAt: null, lostSince: null, lostMs: 0, retryAt: null, resumedAt: null, resumedOn: null });
  }

  /** Another hub, or more hours: a new socket. What the screen shows stays until the new snapshot is there. */
  follow(hub, hours) {
    Object.assign(this, { hub, hours, refusal: "" });
    this.open();
  }

  open() {
    this.drop();
    const socket = new WebSocket(feedAddress(location, this.hub, this.hours, this.place()));
    Object.assign(this, { socket, openedAt: performance.now(), greeted: false, askedAt: null, aheadHead: null, byeMs: null, retryAt: null });
    socket.onmessage = ({ data }) => { if (socket === this.socket) this.take(JSON.parse(data)); };
    socket.onclose = ({ code }) => { if (socket === this.socket) this.retry(code); };
  }

  drop() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  retry(code = null) {
    this.drop();
    this.become("down");
    this.refusal = closedText(code, this.hub);
    const delay = delayAfter({ code, byeMs: this.byeMs, lostMs: since(this.lostSince) });
    this.retryAt = performance.now() + delay;
    this.timer = setTimeout(() => this.open(), delay);
  }

  become(state) {
    if (state === this.state) return;
    const before = this.state;
    this.state = state;
    if (before === "live" || before === "connecting") this.lose(before);
    if (state === "live") Object.assign(this, { lostMs: this.lostAt === null ? 0 : serverNow() - this.lostAt, lostAt: null, lostSince: null, refusal: "" });
    this.onChange(before);
  }

  /** Lost since we last heard anything, not since we noticed. Only a page that was live has lost something. */
  lose(before) {
    this.lostSince = performance.now();
    this.lostAt = before === "live" ? serverNow() - since(this.heardAt) : null;
  }

  take(frame) {
    if (frame.server_time) setServerTime(frame.server_time); // first: how long we were away is told by it
    this.askedAt = null;
    if (frame.type === "hello" || frame.type === "heartbeat") this.hear();
    if (frame.type === "hello") this.greet(frame);
    if (frame.type === "bye") this.byeMs = frame.retry_ms;
    if (frame.type === "error" && REFUSED.has(frame.code)) this.retry();
    else if (frame.type === "events") this.takeEvents(frame);
    else this.onFrame(frame);
    if (frame.type === "heartbeat") this.compare(frame);
  }

  /** Looked at again in the very moment it would be stale: once a second would be up to a second late. */
  hear() {
    this.heardAt = performance.now();
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.watch(), STALE_MS + 10);
  }

  greet(frame) {
    this.greeted = true;
    const [place, head] = [this.place(), frame.feeds[this.hub]];
    const isReplay = this.lostAt !== null && place && head && place.epoch === head.epoch && isBehind(place, head.head);
    if (isReplay) this.catchingUp = { until: head, ms: serverNow() - this.lostAt, at: performance.now() };
    this.become("live");
  }

  takeEvents(frame) {
    const place = this.place();
    const found = frame.hub === this.hub ? step(place, frame) : "seen";
    if (found === "next") this.onFrame(frame);
    if (found === "gap" && place !== null) this.resume(place);
  }

  /** A head that is still ahead of us one heartbeat later was not just on its way. */
  compare(frame) {
    const [place, head] = [this.place(), frame.feeds[this.hub] ?? 0];
    if (place !== null && this.aheadHead !== null && isBehind(place, this.aheadHead)) this.resume(place);
    this.aheadHead = place !== null && isBehind(place, head) ? head : null;
  }

  /** Ask for what we missed, on the same socket; once a heartbeat, or the answer would come twice. */
  resume(place) {
    if (this.resumedOn === this.socket && since(this.resumedAt) < QUIET_MS) return;
    Object.assign(this, { resumedAt: performance.now(), resumedOn: this.socket });
    this.send({ type: "resume", feeds: { [this.hub]: place } });
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** Once a second: is the feed still what it says it is? */
  watch() {
    if (this.catchingUp && since(this.catchingUp.at) > CATCHING_UP_SHOWN_MS && this.isCaughtUp()) this.catchingUp = null;
    if (!this.socket) return;
    if (!this.greeted && since(this.openedAt) > OPENING_MS) this.retry();
    else if (this.askedAt !== null && since(this.askedAt) > ANSWER_MS) this.open();
    else if (this.greeted && since(this.heardAt) > STALE_MS) this.goStale();
  }

  /** A page of another epoch has got a snapshot instead. */
  isCaughtUp() {
    const [place, { epoch, head }] = [this.place(), this.catchingUp.until];
    return place === null || place.epoch !== epoch || !isBehind(place, head);
  }

  /** The screen says stale until a new socket has greeted us; the old one may be a dead wire. */
  goStale() {
    this.become("stale");
    this.open();
  }

  /** The machine slept: what we last heard is older than it seems, and the clock with it. A new socket greets us with the time. */
  distrust() {
    if (this.state === "live") this.goStale();
    else this.open();
  }

  /** The network is back, or the page is looked at again: do not wait for what is planned. */
  wake() {
    if (this.state !== "live") this.open();
    else if (since(this.heardAt) > QUIET_MS) this.doubt();
  }

  /** Is there anybody? Without an answer in 2 s a new socket is tried. */
  doubt() {
    if (this.state !== "live") return;
    this.askedAt = performance.now();
    this.send({ type: "ping", id: "awake" });
  }
}
