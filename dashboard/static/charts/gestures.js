// What is done to a chart by pointer, fingers and wheel, as wishes: read here, look at this, take this price.

import { paneOf } from "./pane.js";
import { between, panned, zoomed } from "./zoom.js";

/** @import { Pane, Plot, Scene, Wishes } from "./types.js" */

const STILL = 6; // pixels: less is a click
const PAGE_SCROLLS_MS = 400;

/** @typedef {{ x: number, y: number, at: number, type: string, isPan: boolean, isMoved: boolean }} Pressed */

/** @type {(plot: Plot, wishes: Wishes) => void} */
export function startGestures(plot, wishes) {
  startPointers(plot, wishes);
  startWheel(plot, wishes);
}

/** Where an event is on the chart. @type {(plot: Plot, event: MouseEvent) => { x: number, y: number }} */
function on({ host }, event) {
  const { left, top } = host.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

/** @type {(plot: Plot, wishes: Wishes) => void} */
function startPointers(plot, wishes) {
  const { host } = plot;
  /** @type {Map<number, Pressed>} */
  const pressed = new Map();
  const drop = (/** @type {PointerEvent} */ event) => pressed.delete(event.pointerId);
  host.addEventListener("pointerdown", (event) => {
    const pane = paneOf(plot);
    if (!pane || (event.pointerType === "mouse" && event.button !== 0)) return;
    const { x, y } = on(plot, event);
    const type = event.pointerType;
    pressed.set(event.pointerId, { x, y, at: pane.timeAt(x), type, isPan: event.shiftKey, isMoved: false });
    if (type === "mouse") host.setPointerCapture(event.pointerId);
    wishes.read(pane.timeAt(x));
  });
  host.addEventListener("pointermove", (event) => moved(plot, wishes, pressed, event));
  let isStill = false;
  host.addEventListener("pointerup", (event) => {
    const one = pressed.get(event.pointerId);
    isStill = one !== undefined && pressed.size === 1 && !one.isMoved && !one.isPan;
    if (one && pressed.size === 1) released(plot, wishes);
    drop(event);
  });
  // Not before: a menu that opens as the pointer goes up may be closed by the same event.
  host.addEventListener("click", (event) => {
    if (isStill) clicked(plot, wishes, event);
  });
  host.addEventListener("pointercancel", (event) => {
    drop(event);
    wishes.drag(null);
  });
  host.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse" && !pressed.size) wishes.leave();
  });
  host.addEventListener("dblclick", () => wishes.look(null));
}

/** @type {(plot: Plot, wishes: Wishes, pressed: Map<number, Pressed>, event: PointerEvent) => void} */
function moved(plot, wishes, pressed, event) {
  const [pane, scene, { x, y }] = [paneOf(plot), plot.scene, on(plot, event)];
  const one = pressed.get(event.pointerId);
  if (!pane || !scene) return;
  if (!one) return wishes.read(pane.timeAt(x));
  const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
  if (other) return pinched(wishes, pane, scene, [one, other], x, y);
  one.isMoved ||= Math.hypot(x - one.x, y - one.y) > STILL;
  if (one.type !== "mouse") wishes.read(pane.timeAt(x));
  else if (one.isMoved && one.isPan) wishes.look(panned(scene.span, scene.whole, one.at - pane.timeAt(x)));
  else if (one.isMoved) wishes.drag({ start: one.at, end: pane.timeAt(x) });
}

/**
 * Two fingers: what was between them stays between them.
 * @type {(wishes: Wishes, pane: Pane, scene: Scene, fingers: [Pressed, Pressed], x: number, y: number) => void}
 */
function pinched(wishes, pane, { span, whole }, [one, other], x, y) {
  const before = Math.max(20, Math.abs(one.x - other.x));
  const after = Math.max(20, Math.abs(x - other.x));
  const middle = pane.timeAt((one.x + other.x) / 2);
  const by = middle - pane.timeAt((x + other.x) / 2);
  Object.assign(one, { x, y, isMoved: true });
  other.isMoved = true;
  const nearer = zoomed(span, whole, before / after, middle);
  wishes.look(panned(nearer ?? whole, whole, by));
}

/** @type {(plot: Plot, wishes: Wishes) => void} */
function released({ dragged, scene }, wishes) {
  if (!dragged || !scene) return;
  wishes.drag(null);
  wishes.look(between(dragged.start, dragged.end, scene.whole));
}

/** @type {(plot: Plot, wishes: Wishes, event: MouseEvent) => void} */
function clicked(plot, wishes, event) {
  const [pane, { x, y }] = [paneOf(plot), on(plot, event)];
  const isOnPlot = pane && x >= pane.left && x <= pane.right && y >= pane.top && y <= pane.bottom;
  if (isOnPlot) wishes.take(pane.drawnAt(y), { x: event.clientX, y: event.clientY });
}

/**
 * Where the page is being scrolled, or nothing more is to be seen, the wheel is the page's.
 * @type {(plot: Plot, wishes: Wishes) => void}
 */
function startWheel(plot, wishes) {
  let scrolledAt = -Infinity;
  addEventListener("scroll", ({ timeStamp }) => {
    scrolledAt = timeStamp;
  });
  plot.host.addEventListener(
    "wheel",
    (event) => {
      const [pane, scene] = [paneOf(plot), plot.scene];
      if (!pane || !scene || (event.timeStamp - scrolledAt < PAGE_SCROLLS_MS && !event.ctrlKey)) return;
      const { span, whole } = scene;
      const isWhole = span.start === whole.start && span.end === whole.end;
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (isWhole && (isSideways || event.deltaY > 0)) return;
      event.preventDefault();
      const share = (isSideways ? event.deltaX : event.deltaY) / (event.deltaMode ? 6 : 300);
      const at = pane.timeAt(on(plot, event).x);
      wishes.look(
        isSideways
          ? panned(span, whole, share * (span.end - span.start))
          : zoomed(span, whole, 2 ** Math.max(-1, Math.min(1, share)), at),
      );
    },
    { passive: false },
  );
}
