// Prices as the points of a stepped line that breaks where an interval is missing. No DOM.

/** [{x, y, price}]: a point at each interval's start, one at the end of each unbroken run, then NaN. */
export function stepPoints(prices) {
  return prices.flatMap((price, i) => {
    const point = { x: price.start, y: price.lmp, price };
    const next = prices[i + 1];
    if (next && next.start === price.end) return [point];
    const end = { x: price.end, y: price.lmp, price };
    return next ? [point, end, { x: price.end, y: NaN, price: null }] : [point, end];
  });
}

export function gapCount(points) {
  return points.filter((point) => point.price === null).length;
}

/** The index of the point whose interval holds the time, or -1. */
export function pointAt(points, at) {
  return points.findIndex(({ price, x }) => price && x === price.start && price.start <= at && at < price.end);
}

/** Limits worth a place on the axis: one that would squeeze the prices flat is left off it. */
export function axisLimits(lmps, thresholds) {
  const [low, high] = [Math.min(0, ...lmps), Math.max(0, ...lmps)];
  const limits = thresholds.map((threshold) => threshold.limit);
  return limits.filter((limit) => limit <= Math.max(150, 2 * high) && limit >= Math.min(-50, 2 * low));
}

/** {min, max, ticks}: zero and the limits in sight, room for a flag above and below, and at most `most` round ticks. */
export function priceAxis(lmps, limits, most) {
  const [low, high] = [Math.min(0, ...lmps, ...limits), Math.max(20, ...lmps, ...limits)];
  const room = (high - low) * 0.09;
  const [min, max] = [low < 0 ? low - room : 0, high + room];
  const step = roundStep((max - min) / most);
  const first = Math.ceil(min / step);
  return { min, max, ticks: Array.from({ length: Math.floor(max / step) - first + 1 }, (_, i) => (first + i) * step) };
}

function roundStep(atLeast) {
  const ten = 10 ** Math.floor(Math.log10(atLeast));
  return [1, 2, 2.5, 5, 10].map((round) => round * ten).find((step) => step >= atLeast);
}

/** Alerts far enough apart to be labelled; a later, crowded one keeps its mark and loses its words. */
export function spacedOut(alerts, apartMs) {
  const labelled = [];
  for (const alert of alerts) if (!labelled.length || alert.at - labelled.at(-1).at >= apartMs) labelled.push(alert);
  return labelled;
}
