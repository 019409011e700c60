// The live feed of a hub, kept alive: by WebSocket, else by event stream, else by polling. It resumes from the page's
// cursor, so that nothing is missed or comes twice.

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

const STALE_MS = { socket: 15_000, stream: 15_000, poll: 35_000 };
const HEALTHZ_MS = 5_000;
const OPENING_MS = 8_000;
const QUIET_MS = 6_000;
const ANSWER_MS = 2_000;
const CATCHING_UP_SHOWN_MS = 1_500;
// To these a new socket is the answer: it begins with what the server can give.
const REFUSED = new Set(["bad_resume", "not_followed", "unknown_type"]);

const since = (then) => (then === null ? 0 : performance.now() - then);

/**
 * A connection that behaves as a WebSocket does, whatever its transport. The fallback transports are loaded once they
 * are needed.
 */
function connect(transport, address, wants) {
  if (transport === "socket") return new WebSocket(address);
  const connection = {
    close() {
      connection.isClosed = true;
    },
  };
  import("./fallback_transports.js").then(
    ({ start }) => {
      if (!connection.isClosed) start(transport, connection, address, wants);
    },
    () => connection.onclose({ code: CLOSED.ABNORMAL }),
  );
  return connection;
}

/**
 * Whether our server answers plain HTTP: so a network that lets no WebSocket through is distinguished from one that is
 * away.
 */
async function isServerReached() {
  const answer = await fetch("/healthz", { signal: AbortSignal.timeout(HEALTHZ_MS) }).catch(() => null);
  return Boolean(answer?.ok) && (await answer.text().catch(() => "")).trim() === "ok";
}

export class Feed {
  /**
   * cursor() gives {epoch, seq}, or null; onFrame(frame) gets each frame that follows on it; onChange(before) is
   * called at a new `state`, onTransport(before) at a new `transport`.
   */
  constructor({ cursor, onFrame, onChange, onTransport = () => {}, wants = "prices" }) {
    Object.assign(this, {
      cursor,
      onFrame,
      onChange,
      onTransport,
      wants,
      state: "connecting",
      isOver: false,
      refusal: "",
      catchingUp: null,
    });
    Object.assign(this, { choice: FIRST_CHOICE, transport: null, better: null, betterAt: null });
    Object.assign(this, {
      heardAt: null,
      lostAt: null,
      lostSince: null,
      lostMs: 0,
      retryAt: null,
      resumedAt: null,
      resumedOn: null,
    });
  }

  /** Another hub, or more hours: a new socket. What the screen shows stays until the new snapshot is there. */
  follow(hub, hours) {
    Object.assign(this, { hub, hours, refusal: "" });
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

  adopt(socket, openedAt) {
    Object.assign(this, {
      socket,
      openedAt,
      greeted: false,
      askedAt: null,
      aheadHead: null,
      byeMs: null,
      retryAt: null,
    });
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.take(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (socket === this.socket) this.retry(code);
    };
  }

  drop() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  retry(code = null) {
    this.judgeEnd(code);
    this.drop();
    this.become("down");
    this.refusal = closedText(code, this.hub);
    const delay = delayAfter({ code, byeMs: this.byeMs, lostMs: since(this.lostSince) });
    this.retryAt = performance.now() + delay;
    this.timer = setTimeout(() => this.open(), delay);
  }

  /** What the end of a connection says about its transport: perhaps that the next one is to be tried, and at once. */
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
    Object.assign(this, { better: socket, betterAt: performance.now() });
    socket.onclose = () => {
      if (socket === this.better) this.giveUpBetter();
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.better) this.goBack(transport, JSON.parse(data));
    };
  }

  isBetterDue() {
    const wait = tryBetterAfter(this.choice);
    return wait !== null && (this.betterAt === null || since(this.betterAt) > wait);
  }

  giveUpBetter() {
    this.stopTrying();
    Object.assign(this, { choice: betterFailed(this.choice), betterAt: performance.now() });
  }

  stopTrying() {
    const socket = this.better;
    this.better = null;
    socket?.close();
  }

  /**
   * It begins at our cursor as it was when opened: what came meanwhile by the other transport comes again, and is
   * skipped.
   */
  goBack(transport, frame) {
    if (frame.type !== "hello") {
      this.giveUpBetter();
      return;
    }
    const [socket, openedAt] = [this.better, this.betterAt];
    Object.assign(this, { better: null, choice: betterConnected(this.choice, transport) });
    this.drop();
    this.adopt(socket, openedAt);
    this.take(frame);
  }

  become(state) {
    if (state === this.state) return;
    const before = this.state;
    this.state = state;
    if (before === "live" || before === "connecting") this.lose(before);
    if (state === "live")
      Object.assign(this, {
        lostMs: this.lostAt === null ? 0 : serverNow() - this.lostAt,
        lostAt: null,
        lostSince: null,
        refusal: "",
      });
    this.onChange(before);
  }

  /** Lost since we last heard anything, not since we noticed. Only a page that was live has lost something. */
  lose(before) {
    this.lostSince = performance.now();
    this.lostAt = before === "live" ? serverNow() - since(this.heardAt) : null;
  }

  take(frame) {
    if (frame.server_time) setServerTime(frame.server_time); // first: how long we were away is counted by it
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

  greet(frame) {
    this.greeted = true;
    const [cursor, head] = [this.cursor(), frame.feeds[this.hub]];
    const isReplay =
      this.lostAt !== null && cursor && head && cursor.epoch === head.epoch && isBehind(cursor, head.head);
    if (isReplay) this.catchingUp = { until: head, ms: serverNow() - this.lostAt, at: performance.now() };
    this.become("live");
    const before = this.transport;
    this.transport = this.choice.transport;
    if (before !== this.transport) this.onTransport(before);
  }

  takeEvents(frame) {
    const cursor = this.cursor();
    const found = frame.hub === this.hub ? step(cursor, frame) : "seen";
    if (found === "next") this.onFrame(frame);
    if (found === "gap" && cursor !== null) this.resume(cursor);
  }

  /** A head that is still ahead of us one heartbeat later was not just on its transport. */
  compare(frame) {
    const [cursor, head] = [this.cursor(), frame.feeds[this.hub] ?? 0];
    if (cursor !== null && this.aheadHead !== null && isBehind(cursor, this.aheadHead)) this.resume(cursor);
    this.aheadHead = cursor !== null && isBehind(cursor, head) ? head : null;
  }

  /**
   * Ask for what we missed, on the same socket; once a heartbeat, or the answer would come twice. A stream cannot be
   * asked, but opened anew.
   */
  resume(cursor) {
    const isSocket = this.choice.transport === "socket";
    if (this.resumedOn === (isSocket ? this.socket : "stream") && since(this.resumedAt) < QUIET_MS) return;
    Object.assign(this, { resumedAt: performance.now(), resumedOn: isSocket ? this.socket : "stream" });
    if (!isSocket) this.open();
    else this.send({ type: "resume", feeds: { [this.hub]: cursor } });
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** For good, whatever is still under transport. */
  end() {
    this.isOver = true;
    clearTimeout(this.silence);
    this.stopTrying();
    this.drop();
  }

  /** Once a second: is the feed still what it says it is? */
  watch() {
    if (this.catchingUp && since(this.catchingUp.at) > CATCHING_UP_SHOWN_MS && this.isCaughtUp())
      this.catchingUp = null;
    this.tryBetter();
    if (!this.socket) return;
    if (!this.greeted && since(this.openedAt) > OPENING_MS) this.retry();
    else if (this.askedAt !== null && since(this.askedAt) > ANSWER_MS) this.open();
    else if (this.greeted && since(this.heardAt) > STALE_MS[this.choice.transport]) this.goStale();
  }

  /** A page of another epoch has got a snapshot instead. */
  isCaughtUp() {
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
   * The machine slept: what we last heard is older than it seems, and the clock with it. A new socket greets us with
   * the time.
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
