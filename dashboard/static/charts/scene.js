// What a chart of such a size shows of what is held, as values: prices, limits, both axes, marks. No DOM.

import { newestRealTime } from "../live/store.js";
import { HOUR } from "../market/market_time.js";
import { alertsIn, gapsIn } from "./chart_series.js";
import { dayBefore } from "./day_before.js";
import { axisLimits, placed, priceAxis } from "./price_axis.js";
import { inSpan, timeTicks } from "./time_axis.js";

/** @import { ChartSize, Scene, SceneView } from "./types.js" */
/** @import { Span } from "../live/types.js" */

const SHORT = 4 * HOUR; // of so little time the price axis fits what is shown

/** @type {(view: SceneView, size: ChartSize) => Scene} */
export function sceneOf(view, size) {
  const { state, span, whole, thresholds } = view;
  const [rt, fmm, da] = [inSpan(state.rt, span), inSpan(state.fmm, span), inSpan(state.da, span)];
  const before = view.hasDayBefore ? dayBefore(state.rt, span) : [];
  const lmps = [...rt, ...fmm, ...da, ...before].map((price) => price.lmp);
  const isFitted = span.end - span.start < SHORT;
  const limits = axisLimits(lmps, ofRealTime(thresholds), isFitted);
  const axis = priceAxis(
    lmps,
    limits.map(({ limit }) => limit),
    Math.max(3, Math.min(8, Math.floor(size.height / 45))),
    isFitted,
  );
  return {
    ...view,
    rt,
    fmm,
    da,
    before,
    limits,
    axis,
    gaps: gapsIn(inSpan(state.rt, whole), view.due).filter((gap) => isIn(gap, span)),
    place: (lmp) => placed(lmp, axis),
    alerts: alertsIn(state, span),
    times: timeTicks(span, Math.floor(size.width / (size.isNarrow ? 66 : 74))),
    newest: newestIn(view),
  };
}

/** @template {{ market: string }} T @param {T[]} thresholds */
function ofRealTime(thresholds) {
  return thresholds.filter(({ market }) => market === "RTM");
}

/** @type {(one: Span, span: Span) => boolean} */
function isIn(one, span) {
  return one.end > span.start && one.start < span.end;
}

/** The newest price of all, where the hours shown reach up to it. @type {(view: SceneView) => Scene["newest"]} */
function newestIn({ state, whole }) {
  const newest = newestRealTime(state);
  return newest && newest.end > whole.start && newest.start < whole.end ? newest : null;
}
