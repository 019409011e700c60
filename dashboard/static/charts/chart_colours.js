// The charts' colours and sizes: the page's own custom properties, read when a chart is drawn.

export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function isNarrow(chart) {
  return chart.canvas.parentElement.clientWidth < 560;
}

export function fontSize(chart) {
  return isNarrow(chart) ? 13 : 12;
}
