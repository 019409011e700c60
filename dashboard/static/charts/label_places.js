// Where words stand that would lie on one another. No DOM.

/**
 * For each y that is wanted the nearest one there is: at least `apart` from the next, inside [low, high].
 * @type {(wanted: number[], apart: number, low: number, high: number) => number[]}
 */
export function placesApart(wanted, apart, low, high) {
  const order = wanted.map((y, i) => ({ y: Math.min(Math.max(y, low), high), i })).sort((a, b) => a.y - b.y);
  order.forEach((label, n) => {
    if (n > 0) label.y = Math.max(label.y, order[n - 1].y + apart);
  });
  let next = high + apart;
  for (const label of order.toReversed()) {
    label.y = Math.min(label.y, next - apart);
    next = label.y;
  }
  return order.toSorted((a, b) => a.i - b.i).map(({ y }) => y);
}
