// What is done to a chart by keys.

import { HOUR, MINUTE } from "../market/market_time.js";
import { panned, zoomed } from "./zoom.js";

/** @import { Plot, Wishes } from "./types.js" */

const FIVE = 5 * MINUTE;
const NEARER = 0.7;
const PART = 0.25; // of the view, by each key
/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -FIVE, ArrowRight: FIVE, PageUp: -HOUR, PageDown: HOUR };

/** @type {(plot: Plot, wishes: Wishes) => void} */
export function startChartKeys(plot, wishes) {
  plot.host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !keyed(plot, wishes, event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/**
 * The arrow keys go by interval, the page keys by hour; Home and End to the first and the newest price. Plus and minus
 * look nearer and further, shift and an arrow earlier and later, Escape leaves the interval and then the part shown.
 * @type {(plot: Plot, wishes: Wishes, event: KeyboardEvent) => boolean}
 */
function keyed(plot, wishes, { key, shiftKey }) {
  const { scene, readAt } = plot;
  if (!scene) return false;
  const { span, whole } = scene;
  const newest = scene.rt.at(-1)?.start ?? scene.now;
  const middle = readAt ?? (span.start + span.end) / 2;
  const later = STEPS[key] > 0 ? 1 : -1;
  if (key === "+" || key === "=") wishes.look(zoomed(span, whole, NEARER, middle));
  else if (key === "-" || key === "−") wishes.look(zoomed(span, whole, 1 / NEARER, middle));
  else if (shiftKey && key.startsWith("Arrow") && STEPS[key])
    wishes.look(panned(span, whole, later * PART * (span.end - span.start)));
  else if (STEPS[key]) wishes.readAloud(readAt === null ? newest : readAt + STEPS[key]);
  else if (key === "Home") wishes.readAloud(span.start);
  else if (key === "End") wishes.readAloud(newest);
  else if (key === "Enter") wishes.takeRead();
  else if (key === "Escape" && readAt !== null) wishes.leave();
  else if (key === "Escape" || key === "0") wishes.look(null);
  else return false;
  return true;
}
