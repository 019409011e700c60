// The charts' colours: the page's own custom properties, read when a chart is drawn.

/** @type {(name: string) => string} */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
