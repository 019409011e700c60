// Where on a chart a moment and a price are, in CSS pixels, and what is drawn there.

import { token } from "./chart_colours.js";

/** @import { Pane, Pixel, Plot } from "./types.js" */

/**
 * @typedef {{ align?: CanvasTextAlign, colour?: string, isBold?: boolean, hasGround?: boolean, hasHalo?: boolean
 *   }} WordStyle
 */

/** Null before anything was drawn. @type {(plot: Plot) => Pane | null} */
export function paneOf({ drawing, scene, size }) {
  if (!drawing || !scene) return null;
  const { ctx, bbox } = drawing;
  const ratio = ctx.canvas.width / drawing.width;
  const [left, top] = [bbox.left / ratio, bbox.top / ratio];
  const [right, bottom] = [left + bbox.width / ratio, top + bbox.height / ratio];
  const { span, axis } = scene;
  return {
    ctx,
    ratio,
    left,
    top,
    right,
    bottom,
    size,
    x: (ms) => left + ((ms - span.start) / (span.end - span.start)) * (right - left),
    y: (drawn) => bottom - ((drawn - axis.min) / (axis.max - axis.min)) * (bottom - top),
    timeAt: (x) => span.start + ((x - left) / (right - left)) * (span.end - span.start),
    drawnAt: (y) => axis.min + ((bottom - y) / (bottom - top)) * (axis.max - axis.min),
  };
}

/**
 * From a pixel on the left to one on the right, as far as the plot goes, between two values of the axis.
 * @type {(pane: Pane, colour: string, left: number, right: number, low: number, high: number) => void}
 */
export function box(pane, colour, left, right, low, high) {
  const [from, to] = [Math.max(left, pane.left), Math.min(right, pane.right)];
  if (to <= from) return;
  pane.ctx.fillStyle = token(colour);
  pane.ctx.fillRect(from, pane.y(high), to - from, pane.y(low) - pane.y(high));
}

/** @type {(pane: Pane, colour: string, dash: number[], from: Pixel, to: Pixel, width?: number) => void} */
export function line({ ctx }, colour, dash, from, to, width = 1.5) {
  Object.assign(ctx, { strokeStyle: token(colour), lineWidth: width });
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Across the plot. @type {(pane: Pane, colour: string, dash: number[], drawn: number, width?: number) => void} */
export function level(pane, colour, dash, drawn, width = 1.5) {
  line(pane, colour, dash, [pane.left, pane.y(drawn)], [pane.right, pane.y(drawn)], width);
}

/**
 * On a ground of the panel's colour where it must be read over lines.
 * @type {(pane: Pane, text: string, x: number, y: number, style?: WordStyle) => void}
 */
export function words(
  pane,
  text,
  x,
  y,
  { align = "center", colour = "dim", isBold = false, hasGround = isBold, hasHalo = false } = {},
) {
  const { ctx, size } = pane;
  const font = `${isBold ? "bold" : "normal"} ${size.font}px ${size.family}`;
  Object.assign(ctx, { font, textAlign: align, textBaseline: "middle" });
  if (hasGround) ground(pane, ctx.measureText(text).width + 4, x, y, align);
  if (hasHalo) halo(ctx, text, x, y);
  ctx.fillStyle = token(colour);
  ctx.fillText(text, x, y);
}

/**
 * Narrow: a price under the words stays a line.
 * @type {(ctx: CanvasRenderingContext2D, text: string, x: number, y: number) => void}
 */
function halo(ctx, text, x, y) {
  Object.assign(ctx, { strokeStyle: token("panel"), lineWidth: 3, lineJoin: "round" });
  ctx.strokeText(text, x, y);
}

/** @type {(pane: Pane, width: number, x: number, y: number, align: CanvasTextAlign) => void} */
function ground({ ctx, size }, width, x, y, align) {
  const height = size.font + 4;
  const left = { left: x - 2, right: x - width + 2 }[/** @type {string} */ (align)] ?? x - width / 2;
  ctx.fillStyle = token("panel");
  ctx.fillRect(left, y - height / 2, width, height);
}

/**
 * Drawn where it lies.
 * @type {(ctx: CanvasRenderingContext2D, at: Pixel, radius: number, fill: string, edge: string) => void}
 */
export function dot(ctx, [x, y], radius, fill, edge) {
  Object.assign(ctx, { fillStyle: fill, strokeStyle: edge, lineWidth: 1.5 });
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
  ctx.stroke();
}
