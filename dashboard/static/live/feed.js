// The live feed of a hub, kept alive: by WebSocket, else by event stream, else by asking. It carries on from where the page stands, so that nothing is missed or told twice.

import { feedAddress } from "../ui/address.js";
import { isBehind, step } from "./following.js";
import { CLOSED, closedText, delayAfter } from "./retry.js";
import { serverNow, setServerTime } from "./server_clock.js";
import { afterEnd, backAfter, betterWay, FIRST, isBetter, isSuspect, notBetter } from "./ways.js";

const STALE_MS = { socket: 15_000, stream: 15_000, poll: 35_000 };
const REACHED_MS = 5_000;
const OPENING_MS = 8_000;
const QUIET_MS = 6_000;
const ANSWER_MS = 2_000;
const CATCHING_UP_SHOWN_MS = 1_500;
// To these a new socket is the answer: it begins with what the server can give.
const REFUSED = new Set(["bad_resume", "not_followed", "unknown_type"]);

const since = (then) => (then === null ? 0 : performance.now() - then);

/** A connection that behaves as a WebSocket does, whichever way it goes. The other ways are fetched once they are needed. */
function connect(way, address, asks) {
  if (way === "socket") return new WebSocket(address);
  const line = { close() { line.isClosed = true; } };
  import("./other_ways.js").then(({ start }) => { if (!line.isClosed) start(way, line, address, asks); }, () => line.onclose({ code: CLOSED.ABNORMAL }));
  return line;
}

/** Whether our server answers plain HTTP: a network that lets no WebSocket through is told by it from one that is away. */
async function isReached() {
  const answer = await fetch("/healthz", { signal: AbortSignal.timeout(REACHED_MS) }).catch(() => null);
  return Boolean(answer?.ok) && (await answer.text().catch(() => "")).trim() === "ok";
}

export class Feed {
  /** place() is {epoch, seq} the page stands at, or null; onFrame(frame) takes each frame that follows; onChange(before) hears of a new `state`, onWay() of a new `fedBy`. */
  constructor({ place, onFrame, onChange, onWay = () => {}, asks = "prices" }) {
    Object.assign(this, { place, onFrame, onChange, onWay, asks, state: "connecting", isOver: false, refusal: "", catchingUp: null });
    Object.assign(this, { standing: FIRST, fedBy: null, better: null, betterAt: null });
    Object.assign(this, { heardAt: null, lostAt: null, lostSince: null, lostMs: 0, retryAt: null, resumedAt: null, resumedOn: null });
  }

  /** Another hub, or more hours: a new socket. What the screen shows stays until the new snapshot is there. */
  follow(hub, hours) {
    Object.assign(this, { hub, hours, refusal: "" });
    this.stopTrying();
    this.open();
  }

  address() {
    return feedAddress(location, this.hub, this.hours, this.place());
  }

  open() {
    this.drop();
    this.adopt(connect(this.standing.way, this.address(), this.asks), performance.now());
  }

  adopt(socket, openedAt) {
    Object.assign(this, { socket, openedAt, greeted: false, askedAt: null, aheadHead: null, byeMs: null, retryAt: null });
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
    this.judge(code);
    this.drop();
    this.become("down");
    this.refusal = closedText(code, this.hub);
    const delay = delayAfter({ code, byeMs: this.byeMs, lostMs: since(this.lostSince) });
    this.retryAt = performance.now() + delay;
    this.timer = setTimeout(() => this.open(), delay);
  }

  /** What the end of a connection says of the way it went: perhaps that the next one is to be tried, and at once. */
  async judge(code) {
    const { standing, byeMs } = this;
    const end = { code, byeMs, livedMs: this.greeted ? this.heardAt - this.openedAt : 0 };
    const reached = isSuspect(end) && (await isReached());
    if (this.isOver || standing.way !== this.standing.way) return;
    this.standing = afterEnd(this.standing, { ...end, isReached: reached });
    if (this.standing.way === standing.way) return;
    this.betterAt = performance.now();
    if (!this.socket || !this.greeted) this.open();
  }

  /** Beside a lesser way a better one is tried now and then; until it greets us, all stays as it is. */
  tryBetter() {
    if (this.better && since(this.betterAt) > OPENING_MS) this.giveUpBetter();
    if (this.better || this.state !== "live" || !this.isBetterDue()) return;
    const way = betterWay(this.standing);
    const socket = connect(way, this.address(), this.asks);
    Object.assign(this, { better: socket, betterAt: performance.now() });
    socket.onclose = () => { if (socket === this.better) this.giveUpBetter(); };
    socket.onmessage = ({ data }) => { if (socket === this.better) this.goBack(way, JSON.parse(data)); };
  }

  isBetterDue() {
    const wait = backAfter(this.standing);
    return wait !== null && (this.betterAt === null || since(this.betterAt) > wait);
  }

  giveUpBetter() {
    this.stopTrying();
    Object.assign(this, { standing: notBetter(this.standing), betterAt: performance.now() });
  }

  stopTrying() {
    const socket = this.better;
    this.better = null;
    socket?.close();
  }

  /** It stands where we stood as it was opened: what came meanwhile by the other way comes again, and is left. */
  goBack(way, frame) {
    if (frame.type !== "hello") { this.giveUpBetter(); return; }
    const [socket, openedAt] = [this.better, this.betterAt];
    Object.assign(this, { better: null, standing: isBetter(this.standing, way) });
    this.drop();
    this.adopt(socket, openedAt);
    this.take(frame);
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
    if (frame.type === "error" && REFUSED.has(frame.code)) this.retry(CLOSED.BAD_WISH);
    else if (frame.type === "events") this.takeEvents(frame);
    else this.onFrame(frame);
    if (frame.type === "heartbeat") this.compare(frame);
  }

  /** Looked at again in the very moment it would be stale: once a second would be up to a second late. */
  hear() {
    this.heardAt = performance.now();
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.watch(), STALE_MS[this.standing.way] + 10);
  }

  greet(frame) {
    this.greeted = true;
    const [place, head] = [this.place(), frame.feeds[this.hub]];
    const isReplay = this.lostAt !== null && place && head && place.epoch === head.epoch && isBehind(place, head.head);
    if (isReplay) this.catchingUp = { until: head, ms: serverNow() - this.lostAt, at: performance.now() };
    this.become("live");
    const before = this.fedBy;
    this.fedBy = this.standing.way;
    if (before !== this.fedBy) this.onWay(before);
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

  /** Ask for what we missed, on the same socket; once a heartbeat, or the answer would come twice. A stream cannot be asked, but opened anew. */
  resume(place) {
    const isSocket = this.standing.way === "socket";
    if (this.resumedOn === (isSocket ? this.socket : "stream") && since(this.resumedAt) < QUIET_MS) return;
    Object.assign(this, { resumedAt: performance.now(), resumedOn: isSocket ? this.socket : "stream" });
    if (!isSocket) this.open();
    else this.send({ type: "resume", feeds: { [this.hub]: place } });
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** For good, whatever is still under way. */
  end() {
    this.isOver = true;
    clearTimeout(this.silence);
    this.stopTrying();
    this.drop();
  }

  /** Once a second: is the feed still what it says it is? */
  watch() {
    if (this.catchingUp && since(this.catchingUp.at) > CATCHING_UP_SHOWN_MS && this.isCaughtUp()) this.catchingUp = null;
    this.tryBetter();
    if (!this.socket) return;
    if (!this.greeted && since(this.openedAt) > OPENING_MS) this.retry();
    else if (this.askedAt !== null && since(this.askedAt) > ANSWER_MS) this.open();
    else if (this.greeted && since(this.heardAt) > STALE_MS[this.standing.way]) this.goStale();
  }

  /** A page of another epoch has got a snapshot instead. */
  isCaughtUp() {
    const [place, { epoch, head }] = [this.place(), this.catchingUp.until];
    return place === null || place.epoch !== epoch || !isBehind(place, head);
  }

  /** The screen says stale until a new socket has greeted us; the old one may be a dead wire. */
  goStale() {
    this.judge(null);
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
    if (!this.better) this.betterAt = null;
    if (this.state !== "live") this.open();
    else if (since(this.heardAt) > QUIET_MS) this.doubt();
  }

  /** Is there anybody? Without an answer in 2 s a new socket is tried. */
  doubt() {
    if (this.state !== "live") return;
    if (this.standing.way !== "socket") { this.open(); return; }
    this.askedAt = performance.now();
    this.send({ type: "ping", id: "awake" });
  }
}
