// The live feed of a hub, kept alive: by WebSocket, else by event stream, else by polling. It resumes from the page's
// cursor, so that nothing is missed or comes twice.

import { showSignedOut } from "../ui/signed_out.js";
import { connect, isServerReached } from "./connection.js";
import { isBehind, step } from "./cursor.js";
import { feedAddress } from "./feed_address.js";
import { CLOSED, closedText, delayAfter } from "./retry.js";
import { serverNow, setServerTime } from "./server_clock.js";
import {
  afterEnd,
  betterConnected,
  betterFailed,
  betterTransport,
  FIRST_CHOICE,
  mayBeTheNetwork,
  tryBetterAfter,
} from "./transport.js";

/**
 * @import {
 *   ClientFrame, Connection, ConnectionState, Cursor, EventsFrame, FeedHead, Frame,
 *   HeartbeatFrame, HelloFrame, ServerFrame, Transport, Wanted
 * } from "./types.js"
 */

const STALE_MS = { socket: 15_000, stream: 15_000, poll: 35_000 };
const OPENING_MS = 8_000;
const QUIET_MS = 6_000;
const ANSWER_MS = 2_000;
const CATCHING_UP_SHOWN_MS = 1_500;
// To these a new socket is the answer: it begins with what the server can give.
const REFUSED = new Set(["bad_resume", "not_followed", "unknown_type"]);

/** @type {(then: number | null) => number} */
const since = (then) => (then === null ? 0 : performance.now() - then);

/** @typedef {{ data: string }} Message */
/** @typedef {{ code: number }} Close */

/**
 * @typedef {object} FeedReader
 * @property {() => Cursor | null} cursor
 * @property {(frame: Frame) => void} onFrame gets each frame that follows on the cursor
 * @property {(before: ConnectionState) => void} onChange is called at a new `state`
 * @property {(before: Transport | null) => void} [onTransport] is called at a new `transport`
 * @property {Wanted} [wants]
 * @property {(isOut: boolean) => void} [onSignedOut] is called when the session has ended, and when there is one again
 */

export class Feed {
  hub = "";
  hours = 0;
  isOver = false;
  /** Nothing is tried by itself until somebody looks at the page again. */
  isSignedOut = false;

  /** @type {ConnectionState} */
  state = "connecting";
  refusal = "";
  /** The transport that greeted us last. @type {Transport | null} */
  transport = null;
  choice = FIRST_CHOICE;

  /** @type {Connection | null} */
  socket = null;
  openedAt = 0;
  greeted = false;
  heardAt = 0;
  /** @type {number | null} */
  askedAt = null;
  /** @type {number | null} */
  aheadHead = null;
  /** @type {number | null} */
  byeMs = null;
  /** @type {number | null} */
  retryAt = null;
  timer = 0;
  silence = 0;

  /** A connection by a better transport that is being tried. @type {Connection | null} */
  better = null;
  /** @type {number | null} */
  betterAt = null;

  /** By the server's clock. @type {number | null} */
  lostAt = null;
  /** @type {number | null} */
  lostSince = null;
  lostMs = 0;

  resumedAt = 0;
  /** @type {Connection | "stream" | null} */
  resumedOn = null;
  /** @type {{ until: FeedHead, ms: number, at: number } | null} */
  catchingUp = null;

  /** @param {FeedReader} reader */
  constructor({ cursor, onFrame, onChange, onTransport = () => {}, wants = "prices", onSignedOut = showSignedOut }) {
    this.cursor = cursor;
    this.onFrame = onFrame;
    this.onChange = onChange;
    this.onTransport = onTransport;
    this.wants = wants;
    this.onSignedOut = onSignedOut;
  }

  /**
   * Another hub, or more hours: a new socket. What the screen shows stays until the new snapshot is there.
   * @type {(hub: string, hours: number) => void}
   */
  follow(hub, hours) {
    [this.hub, this.hours, this.refusal] = [hub, hours, ""];
    this.stopTrying();
    this.open();
  }

  address() {
    return feedAddress(location, this.hub, this.hours, this.cursor());
  }

  open() {
    this.drop();
    this.adopt(connect(this.choice.transport, this.address(), this.wants), performance.now());
  }

  /** @type {(socket: Connection, openedAt: number) => void} */
  adopt(socket, openedAt) {
    [this.socket, this.openedAt, this.greeted] = [socket, openedAt, false];
    this.askedAt = this.aheadHead = this.byeMs = this.retryAt = null;
    socket.onmessage = (/** @type {Message} */ { data }) => {
      if (socket === this.socket) this.take(JSON.parse(data));
    };
    socket.onclose = (/** @type {Close} */ { code }) => {
      if (socket === this.socket) this.retry(code);
    };
  }

  drop() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** @type {(code?: number | null) => void} */
  retry(code = null) {
    this.judgeEnd(code);
    this.drop();
    this.become("down");
    if (code === CLOSED.SIGNED_OUT) {
      this.signOut(true);
      return;
    }
    this.refusal = closedText(code, this.hub);
    const delay = delayAfter({ code, byeMs: this.byeMs, lostMs: since(this.lostSince) });
    this.retryAt = performance.now() + delay;
    this.timer = setTimeout(() => this.open(), delay);
  }

  /** @type {(isOut: boolean) => void} */
  signOut(isOut) {
    if (isOut) this.stopTrying();
    this.isSignedOut = isOut;
    this.retryAt = null;
    this.onSignedOut(isOut);
  }

  /**
   * What the end of a connection says about its transport: perhaps that the next one is to be tried, and at once.
   * @type {(code: number | null) => Promise<void>}
   */
  async judgeEnd(code) {
    const { choice, byeMs } = this;
    const end = { code, byeMs, livedMs: this.greeted ? this.heardAt - this.openedAt : 0 };
    const reached = mayBeTheNetwork(end) && (await isServerReached());
    if (this.isOver || choice.transport !== this.choice.transport) return;
    this.choice = afterEnd(this.choice, { ...end, isReached: reached });
    if (this.choice.transport === choice.transport) return;
    this.betterAt = performance.now();
    if (!this.socket || !this.greeted) this.open();
  }

  /** Beside a fallback transport a better one is tried now and then; until it greets us, all stays as it is. */
  tryBetter() {
    if (this.better && since(this.betterAt) > OPENING_MS) this.giveUpBetter();
    if (this.better || this.state !== "live" || !this.isBetterDue()) return;
    const transport = betterTransport(this.choice);
    const socket = connect(transport, this.address(), this.wants);
    [this.better, this.betterAt] = [socket, performance.now()];
    socket.onclose = () => {
      if (socket === this.better) this.giveUpBetter();
    };
    socket.onmessage = (/** @type {Message} */ { data }) => {
      if (socket === this.better) this.goBack(transport, JSON.parse(data));
    };
  }

  isBetterDue() {
    const wait = tryBetterAfter(this.choice);
    return wait !== null && (this.betterAt === null || since(this.betterAt) > wait);
  }

  giveUpBetter() {
    this.stopTrying();
    [this.choice, this.betterAt] = [betterFailed(this.choice), performance.now()];
  }

  stopTrying() {
    const socket = this.better;
    this.better = null;
    socket?.close();
  }

  /**
   * It begins at our cursor as it was when opened:
   * what came meanwhile by the other transport comes again, and is skipped.
   * @type {(transport: Transport, frame: ServerFrame) => void}
   */
  goBack(transport, frame) {
    const { better, betterAt } = this;
    if (frame.type !== "hello" || !better) {
      this.giveUpBetter();
      return;
    }
    [this.better, this.choice] = [null, betterConnected(this.choice, transport)];
    this.drop();
    this.adopt(better, betterAt ?? performance.now());
    this.take(frame);
  }

  /** @type {(state: ConnectionState) => void} */
  become(state) {
    if (state === this.state) return;
    const before = this.state;
    this.state = state;
    if (before === "live" || before === "connecting") this.lose(before);
    if (state === "live") this.recover();
    this.onChange(before);
  }

  recover() {
    this.lostMs = this.lostAt === null ? 0 : serverNow() - this.lostAt;
    this.lostAt = this.lostSince = null;
    this.refusal = "";
  }

  /**
   * Lost since we last heard anything, not since we noticed. Only a page that was live has lost something.
   * @type {(before: ConnectionState) => void}
   */
  lose(before) {
    this.lostSince = performance.now();
    this.lostAt = before === "live" ? serverNow() - since(this.heardAt) : null;
  }

  /** @type {(frame: Frame) => void} */
  take(frame) {
    // First: how long we were away is counted by it.
    if ("server_time" in frame && frame.server_time) setServerTime(frame.server_time);
    this.askedAt = null;
    if (frame.type === "hello" || frame.type === "heartbeat") this.hear();
    if (frame.type === "hello") this.greet(frame);
    if (frame.type === "bye") this.byeMs = frame.retry_ms;
    if (frame.type === "error" && REFUSED.has(frame.code)) this.retry(CLOSED.BAD_REQUEST);
    else if (frame.type === "events") this.takeEvents(frame);
    else this.onFrame(frame);
    if (frame.type === "heartbeat") this.compare(frame);
  }

  /** Looked at again in the very moment it would be stale: once a second would be up to a second late. */
  hear() {
    this.heardAt = performance.now();
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.watch(), STALE_MS[this.choice.transport] + 10);
  }

  /** @type {(frame: HelloFrame) => void} */
  greet(frame) {
    this.greeted = true;
    if (this.isSignedOut) this.signOut(false);
    this.noteReplay(frame.feeds[this.hub]);
    this.become("live");
    const before = this.transport;
    this.transport = this.choice.transport;
    if (before !== this.transport) this.onTransport(before);
  }

  /**
   * What was published while we were away is on its way.
   * @type {(head: FeedHead | undefined) => void}
   */
  noteReplay(head) {
    const cursor = this.cursor();
    if (this.lostAt === null || cursor?.epoch !== head?.epoch || !cursor || !head) return;
    if (!isBehind(cursor, head.head)) return;
    this.catchingUp = { until: head, ms: serverNow() - this.lostAt, at: performance.now() };
  }

  /** @type {(frame: EventsFrame) => void} */
  takeEvents(frame) {
    const cursor = this.cursor();
    const found = frame.hub === this.hub ? step(cursor, frame) : "seen";
    if (found === "next") this.onFrame(frame);
    if (found === "gap" && cursor !== null) this.resume(cursor);
  }

  /**
   * A head that is still ahead of us one heartbeat later was not just on its way.
   * @type {(frame: HeartbeatFrame) => void}
   */
  compare(frame) {
    const [cursor, head] = [this.cursor(), frame.feeds[this.hub] ?? 0];
    if (cursor !== null && this.aheadHead !== null && isBehind(cursor, this.aheadHead)) this.resume(cursor);
    this.aheadHead = cursor !== null && isBehind(cursor, head) ? head : null;
  }

  /**
   * Ask for what we missed, on the same socket; once a heartbeat, or the answer would come twice. A stream cannot be
   * asked, but opened anew.
   * @type {(cursor: Cursor) => void}
   */
  resume(cursor) {
    const isSocket = this.choice.transport === "socket";
    if (this.resumedOn === (isSocket ? this.socket : "stream") && since(this.resumedAt) < QUIET_MS) return;
    [this.resumedAt, this.resumedOn] = [performance.now(), isSocket ? this.socket : "stream"];
    if (!isSocket) this.open();
    else this.send({ type: "resume", feeds: { [this.hub]: cursor } });
  }

  /** @type {(frame: ClientFrame) => void} */
  send(frame) {
    const { socket } = this;
    if (socket instanceof WebSocket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
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
    if (this.isCaughtUp()) this.catchingUp = null;
    this.tryBetter();
    if (!this.socket) return;
    if (!this.greeted && since(this.openedAt) > OPENING_MS) this.retry();
    else if (this.askedAt !== null && since(this.askedAt) > ANSWER_MS) this.open();
    else if (this.greeted && since(this.heardAt) > STALE_MS[this.choice.transport]) this.goStale();
  }

  /** A page of another epoch has got a snapshot instead. */
  isCaughtUp() {
    if (!this.catchingUp || since(this.catchingUp.at) <= CATCHING_UP_SHOWN_MS) return false;
    const [cursor, { epoch, head }] = [this.cursor(), this.catchingUp.until];
    return cursor === null || cursor.epoch !== epoch || !isBehind(cursor, head);
  }

  /** The screen says stale until a new socket has greeted us; the old one may be a dead wire. */
  goStale() {
    this.judgeEnd(null);
    this.become("stale");
    this.open();
  }

  /**
   * The machine slept: what we last heard is older than it seems,
   * and the clock with it. A new socket greets us with the time.
   */
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
    if (this.choice.transport !== "socket") {
      this.open();
      return;
    }
    this.askedAt = performance.now();
    this.send({ type: "ping", id: "awake" });
  }
}
