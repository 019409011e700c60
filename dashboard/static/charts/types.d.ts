// What the charts draw, as values, and the library that draws it.

import type UPlot from "uplot";
import type { PastDays } from "../live/past_days.js";
import type { AlertEvent, HeldPrice, HubState, Range, Span, Threshold } from "../live/types.js";
import type { PriceTable } from "../market/price_table.js";

/** From the left and the top. */
export type Pixel = [x: number, y: number];

/** How far off the prices a limit is still drawn. */
export interface Far {
  low: number;
  high: number;
}

/** $/MWh between from and to are drawn in `room` units. */
export interface Squeeze {
  from: number;
  to: number;
  room: number;
}

export interface Squeezes {
  above: Squeeze | null;
  below: Squeeze | null;
}

/** min, max and at in drawn units, which are $/MWh but beyond a squeeze. */
export interface PriceAxis extends Squeezes {
  min: number;
  max: number;
  ticks: { value: number; at: number }[];
}

export interface LimitLine {
  limit: number;
  name: string;
}

export interface ClockHour {
  at: number;
  hour: number | null;
}

/** The text of midnight has two lines. */
export interface TimeTick {
  at: number;
  isMidnight: boolean;
  text: string | string[];
}

/** Prices in drawn units; undefined inside an interval, null where none is held. */
export type Column = (number | null | undefined)[];

export interface SpreadBlock extends Span {
  rt: number;
  da: number;
}

export interface Peak {
  at: number;
  price: HeldPrice;
}

export interface OpenedAlert {
  at: number;
  price: number;
  alert: AlertEvent;
}

/** What of a hub is to be shown, and what is known besides. A date is shown in place of the range. */
export interface ChartView {
  range: Range;
  date: string | null;
  /** A moment of the date that is read out until somebody reads something else. */
  at: number | null;
  thresholds: Threshold[];
  now: number;
  trouble: string | null;
}

/** What is to be drawn: `span` is the part of the whole that is looked at; of `due` everything should be held. */
export interface SceneView {
  state: HubState;
  whole: Span;
  span: Span;
  due: Span | null;
  days: ("asked" | "failed" | "held")[];
  hasDayBefore: boolean;
  thresholds: Threshold[];
  now: number;
}

/** In CSS pixels. */
export interface ChartSize {
  width: number;
  height: number;
  isNarrow: boolean;
  font: number;
  family: string;
}

/** What is drawn: `place` turns a price into drawn units. */
export interface Scene extends SceneView {
  rt: HeldPrice[];
  fmm: HeldPrice[];
  da: HeldPrice[];
  before: HeldPrice[];
  limits: LimitLine[];
  axis: PriceAxis;
  gaps: Span[];
  place: (lmp: number) => number;
  alerts: OpenedAlert[];
  times: TimeTick[];
  newest: HeldPrice | null;
}

/** Where things are on a chart, in CSS pixels from its corner. */
export interface Pane {
  ctx: CanvasRenderingContext2D;
  ratio: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  size: ChartSize;
  x: (ms: number) => number;
  y: (drawn: number) => number;
  timeAt: (x: number) => number;
  drawnAt: (y: number) => number;
}

/** The library's drawing in an element of the page, what it shows, and what is pointed at. */
export interface Plot {
  host: HTMLElement;
  drawing: UPlot | null;
  scene: Scene | null;
  size: ChartSize;
  readAt: number | null;
  dragged: Span | null;
}

/** The prices of one moment; `before` is the day before's. */
export interface PricesAt {
  rt: HeldPrice | null;
  fmm: HeldPrice | null;
  da: HeldPrice | null;
  before: HeldPrice | null;
}

/** What somebody wants of a chart. */
export interface Wishes {
  read: (at: number) => void;
  readAloud: (at: number) => void;
  leave: () => void;
  look: (view: Span | null) => void;
  drag: (span: Span | null) => void;
  take: (drawn: number, at: { x: number; y: number }) => void;
  takeRead: () => void;
}

export interface PriceCard {
  root: HTMLElement;
  plot: Plot;
  days: PastDays;
  table: PriceTable;
  zoom: Span | null;
  hasDayBefore: boolean;
  last: { state: HubState; view: ChartView } | null;
}
