// What the charts draw, as values, and the library that draws it.

import type { ChartArea, Chart as ChartOf, Scale } from "chart.js";
import type { AlertEvent, HeldPrice, HubState, Range, Span, Threshold } from "../live/types.js";

declare global {
  /** From chart.umd.min.js, which the page loads before its own scripts. */
  const Chart: typeof ChartOf;
}

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

/** A point without a price breaks the line. */
export interface StepPoint {
  x: number;
  y: number;
  price: HeldPrice | null;
}

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

export interface ChartView {
  range: Range;
  thresholds: Threshold[];
  now: number;
  trouble: string | null;
}

/** What is to be shown. */
export interface SceneView {
  span: Span;
  state: HubState;
  thresholds: Threshold[];
  far: Far;
  now: number;
  trouble: string | null;
}

export interface SceneContent extends SceneView {
  rt: HeldPrice[];
  da: HeldPrice[];
}

/** What is shown: `place` turns a price into drawn units. */
export interface Scene extends SceneContent {
  limits: number[];
  axis: PriceAxis;
  place: (lmp: number) => number;
  alerts: OpenedAlert[];
}

/** The library's chart, and what our plugins keep on it. */
export interface StepChart {
  canvas: HTMLCanvasElement;
  ctx: CanvasRenderingContext2D;
  width: number;
  height: number;
  chartArea: ChartArea;
  scales: Record<"x" | "y", Scale>;
  data: { datasets: object[] };
  options: { scales: Record<"x" | "y", { ticks: object; grid: object }> };
  draw(): void;
  update(mode: "none"): void;
  scene: Scene | null;
  readAt: number | null;
  tip: HTMLElement;
}

export interface Charts {
  recent: StepChart;
  large: StepChart;
  last: [state: HubState, view: ChartView] | null;
}
