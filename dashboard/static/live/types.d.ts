// What the page reads, the feed's frames and the answers it polls, and what it keeps of them.

export type Market = "RTM" | "DAM" | "RTPD";
export type Transport = "socket" | "stream" | "poll";
export type PublishedQuality = "observed" | "corrected" | "unverified";
export type EstimateQuality = "interpolated" | "previous_day";
export type Quality = PublishedQuality | EstimateQuality | "cached";
export type Source = "oasis" | "simulator";
export type Severity = "info" | "warning" | "critical";
export type Range = "2h" | "24h" | "48h" | "7d";
export type Theme = "light" | "dark";
export type Tone = "none" | "negative" | "zero" | "positive" | "high";
export type LogFilter = "all" | "prices" | "corrections" | "alerts" | "status";

/** Instants are ISO 8601 in UTC on the wire, milliseconds since 1970 in the page. */
type Instant = string;

/** The page has every event of the epoch up to seq. */
export interface Cursor {
  epoch: string;
  seq: number;
}

/** Where a feed stands. */
export interface FeedHead {
  epoch: string;
  head: number;
}

/** $/MWh. A component is null where it is not known; a report may lack the greenhouse gas component. */
export interface Components {
  lmp: number;
  energy: number | null;
  congestion: number | null;
  loss: number | null;
  ghg: number | null;
}

/** A price as snapshots, the history and events have it; a corrected one has what it replaced, and since when. */
export interface Price extends Components {
  market: Market;
  interval_start: Instant;
  interval_end: Instant;
  quality: PublishedQuality;
  revision: number;
  first_seen: Instant;
  da_price?: number | null;
  spread?: number | null;
  old?: Components;
  seen?: Instant;
}

/** `completes`: held already, without these components. */
export interface PriceEvent extends Price {
  kind: "price";
  seq: number;
  completes?: true;
}

export interface CorrectionEvent extends Price {
  kind: "correction";
  seq: number;
  old: Components;
  seen: Instant;
}

/** Without a seq in a snapshot, where what opened it is older than the log of the feed. */
export interface AlertEvent {
  kind: "alert";
  seq?: number;
  alert_id: number;
  rule_id?: number;
  /** Of the rule, where it has one. */
  name?: string;
  state: "open" | "cleared" | "retracted";
  severity?: Severity;
  market: Market;
  watched?: string;
  direction: "above" | "below";
  limit: number;
  price: number;
  value: number;
  interval_start: Instant;
  interval_end: Instant;
  text: string;
  at: Instant;
  /** In a snapshot, where somebody has acknowledged it. */
  acknowledged_at?: Instant;
  acknowledged_by?: string;
}

export type Action = "charge" | "discharge" | "hold";

/** What a battery should do in an interval; `power_mw` is positive to the grid. */
export interface Advice {
  battery_id: number;
  battery: string;
  market: Market;
  interval_start: Instant;
  interval_end: Instant;
  made_at: Instant;
  action: Action;
  power_mw: number;
  /** At the start of the interval. */
  soc_mwh: number | null;
  soc_source: "reported" | "reckoned" | "unknown";
  soc_known_at: Instant | null;
  energy_mwh: number;
  expected_price: number | null;
  /** What one more stored MWh is worth. */
  stored_value: number | null;
  reason: string;
  /** Why nothing is acted on: no prices, stale prices, no state of charge, outage; empty otherwise. */
  fallback: string;
}

export interface AdviceEvent extends Advice {
  kind: "advice";
  seq: number;
}

/** A battery as the page names it. */
export interface BatteryName {
  id: number;
  name: string;
  energy_mwh: number;
}

/**
 * What people did to rules, alerts and batteries, and how far a back-test is, is said in `about`; `until` is null where
 * a rule is heard again.
 */
export interface StatusEvent {
  kind: "status" | "forecast";
  seq: number;
  at?: Instant;
  text?: string;
  about?: "rules" | "mute" | "acknowledged" | "battery" | "backtest" | "paper";
  by?: string;
  battery_id?: number;
  /** Whether the battery is given advice at this hub from now on. */
  active?: boolean;
  backtest_id?: number;
  state?: "waiting" | "running" | "done" | "failed";
  /** From 0 to 1. */
  progress?: number;
  /** The operating date of a battery's day on paper. */
  date?: string;
  alert_id?: number;
  rule_id?: number;
  name?: string;
  until?: Instant | null;
  thresholds?: Threshold[];
}

/** A rule that sends nothing until then. */
export interface MutedRule {
  rule: number;
  name: string;
  until: Instant;
}

export type FeedEvent = PriceEvent | CorrectionEvent | AlertEvent | AdviceEvent | StatusEvent;

/** What /api/current answers, and a snapshot says of now. */
export interface Current {
  hub: string;
  node: string;
  rt_price: number | null;
  rt_timestamp: Instant | null;
  rt_quality: Quality | null;
  rt_age_s: number | null;
  da_price: number | null;
  da_timestamp: Instant | null;
  spread: number | null;
  last_update: Instant | null;
  seq: number;
  epoch: string | null;
  stale: boolean;
  source: Source;
  server_time: Instant;
}

/** What /api/history answers. */
export interface History {
  prices: Price[];
}

export interface HelloFrame {
  type: "hello";
  protocol: number;
  server_time: Instant;
  heartbeat_s?: number;
  feeds: Record<string, FeedHead>;
  source: Source;
}

export interface SnapshotFrame extends Cursor {
  type: "snapshot";
  hub: string;
  current: Current | null;
  rt: Price[];
  /** Fifteen-minute prices; an older server sends none. */
  fmm?: Price[];
  da: Price[];
  alerts: AlertEvent[];
  thresholds?: Threshold[];
  muted?: MutedRule[];
  /** The newest of each active battery at the hub; null from an older server. */
  advice?: Advice[] | null;
}

/** The events prev + 1 to seq of a hub's feed. */
export interface EventsFrame extends Cursor {
  type: "events";
  hub: string;
  prev: number;
  events: FeedEvent[];
}

/** Names the heads of the feeds by hub, without their epochs. */
export interface HeartbeatFrame {
  type: "heartbeat";
  server_time?: Instant;
  feeds: Record<string, number>;
  source_age_s: number | null;
  source_trouble?: string | null;
  source_answered?: Answered;
}

/** When the source last answered a poll, by market; a market for which it never did is missing. */
export type Answered = Partial<Record<Market, Instant>>;

export interface ByeFrame {
  type: "bye";
  retry_ms: number;
}

export interface ErrorFrame {
  type: "error";
  code: string;
  message: string;
}

export interface PongFrame {
  type: "pong";
  id: string | number;
}

/** What the server sends. */
export type ServerFrame = HelloFrame | SnapshotFrame | EventsFrame | HeartbeatFrame | ByeFrame | ErrorFrame | PongFrame;

/** Made by the page itself of what it polled, while no feed comes through. */
export interface PolledFrame {
  type: "polled";
  hub: string;
  current: Current;
  rt: Price[];
  fmm?: Price[];
  da: Price[];
}

export type Frame = ServerFrame | PolledFrame;

/** What the page sends. */
export type ClientFrame = { type: "resume"; feeds: Record<string, Cursor> } | { type: "ping"; id: string };

/** A number of which it may not be known what it is. */
export type MaybeNumber = number | null | undefined;

export interface Span {
  start: number;
  end: number;
}

/** A price as the page holds it. */
export type HeldPrice = Price & Span;

/** By the start of their interval, oldest first. */
export type HeldPrices = Map<number, HeldPrice>;

export type HeldEvent = (PriceEvent & Span) | (CorrectionEvent & Span) | AlertEvent | AdviceEvent | StatusEvent;

/** The newest advice by the battery's number. */
export type HeldAdvice = Map<number, Advice>;

/** Where the opening is older than what the page holds, `opened` is the event that ended it. */
export interface HeldAlert {
  opened: AlertEvent;
  cleared: AlertEvent | null;
  retracted: AlertEvent | null;
  acknowledged: { by: string; at: number } | null;
  state: AlertEvent["state"];
}

/** By their id. */
export type HeldAlerts = Map<number, HeldAlert>;

/** What the server estimates of an interval whose price was not published: never shown as the price. */
export interface Estimate {
  price: number;
  quality: EstimateQuality;
  start: number;
}

/** What is known of one hub; seq is null while nothing is. `hours` is how much history the snapshot was asked for. */
export interface HubState {
  hub: string;
  hours: number;
  epoch: string | null;
  seq: number | null;
  current: Current | null;
  estimate: Estimate | null;
  rt: HeldPrices;
  fmm: HeldPrices;
  da: HeldPrices;
  alerts: HeldAlerts;
  /** Null until a snapshot names them: the page came with those of then. */
  thresholds: Threshold[] | null;
  muted: MutedRule[];
  advice: HeldAdvice;
  log: LogEntry[];
}

interface Entry {
  key: string;
  at: number;
  order: number;
}

export interface PriceEntry extends Entry {
  kind: "price" | "correction";
  price: HeldPrice;
}

export interface AlertEntry extends Entry {
  kind: "alert";
  alert: AlertEvent;
}

/** Prices of one market that came together, from start to end. */
export interface SeveralEntry extends Entry {
  kind: "several";
  market: Market;
  start: number;
  end: number;
  count: number;
  low: number;
  high: number;
}

export interface DayAheadEntry extends Entry {
  kind: "day-ahead";
  start: number;
  hours: number;
  low: number;
  high: number;
}

export interface StatusEntry extends Entry {
  kind: "status" | "error";
  text: string;
}

export type LogEntry = PriceEntry | SeveralEntry | AlertEntry | DayAheadEntry | StatusEntry;

/** How long ago the source last answered was known at `asOf`. */
export interface SourceState {
  name: Source;
  ageMs: number | null;
  asOf: number | null;
  trouble: string | null;
  answered: Answered;
}

/** Why the screen may not show what CAISO publishes now, in a sentence. */
export interface Outage {
  kind: "offline" | "unreached" | "replay" | "source" | "late" | "polling";
  tone: "bad" | "warn";
  text: string;
}

/** A limit on the price, with the rule that has it, and since when that has watched. */
export interface Threshold {
  rule?: number;
  name?: string;
  severity?: Severity;
  since?: Instant;
  direction: "above" | "below";
  limit: number;
  market: Market;
}

/** The prices now at one hub, of `/api/v1/hubs`. */
export interface HubNow {
  hub: string;
  node: string;
  rt_price: number | null;
  rt_timestamp: Instant | null;
  rt_quality: Quality | null;
  stale: boolean;
  fmm_price: number | null;
  da_price: number | null;
  spread: number | null;
  basis: number | null;
  basis_da: number | null;
}

export interface HubsAnswer {
  hubs: HubNow[];
  open_alerts: number;
}

/** What one market's prices of a day come to, of `/api/v1/days`. */
export interface DayFigures {
  average: number;
  on_peak: number | null;
  off_peak: number | null;
  tb4: number | null;
}

export interface Day {
  date: string;
  rt: DayFigures | null;
  da: DayFigures | null;
}

/** 1 is the highest. */
export interface Rank {
  rank: number;
  of: number;
}

export interface DaysAnswer {
  hub: string;
  today: string;
  days: Day[];
  rank: { rt_average: Rank | null; da_average: Rank | null; da_tb4: Rank | null };
}

/** What the server writes into the page of prices. */
export interface PageData {
  hub: string;
  hubs: { hub: string; node: string }[];
  source: Source;
  source_trouble?: string | null;
  source_answered?: Answered;
  thresholds: Record<string, Threshold[]>;
  /** The active ones by hub. */
  batteries?: Record<string, BatteryName[]>;
}

/**
 * What the reader chose to see; without a theme it is the system's. An operating date ("2026-11-20") is shown in place
 * of the range; `at` is a moment of it that is read out. Without a battery it is the one chosen last, or the first.
 */
export interface Selection {
  hub: string;
  range: Range;
  date: string | null;
  at: number | null;
  battery: number | null;
  theme: Theme | null;
}

export type ConnectionState = "connecting" | "live" | "stale" | "down";

/** What behaves as a WebSocket does, by another transport. */
export interface FallbackConnection {
  onmessage(event: { data: string }): void;
  onclose(event: { code: number }): void;
  close(): void;
  isClosed: boolean;
}

export type Connection = WebSocket | FallbackConnection;

/** What a reader of the feed follows. */
export type Wanted = "prices" | "alerts";

/** Of a path on the server, what it answered where it did not refuse. */
export type Fetch = (path: string) => Promise<Response>;

/**
 * The transport in use: `strikes` are failures in a row that speak against it, `tries` is how often a better one was
 * tried since one last held.
 */
export interface TransportChoice {
  transport: Transport;
  strikes: number;
  tries: number;
}

/** How a connection ended: the code and the wait that a `bye` asked for, where there were any, and how long it lived. */
export interface ConnectionEnd {
  code: number | null;
  byeMs: number | null;
  livedMs: number;
}
