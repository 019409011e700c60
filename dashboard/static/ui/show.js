// Writing to the page: by id, as text, and only what has changed.

/** @import { Tone } from "../live/types.js" */

/**
 * One that the page has, of the type that is expected.
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @returns {E}
 */
export function element(id) {
  return /** @type {E} */ (document.getElementById(id));
}

/** @type {(id: string, text: string) => void} */
export function show(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

/** @type {(id: string, visible: boolean) => void} */
export function reveal(id, visible) {
  element(id).hidden = !visible;
}

/**
 * An element with a class and its children: text, or elements.
 * @type {<K extends keyof HTMLElementTagNameMap>(
 *   tag: K,
 *   className: string,
 *   ...children: (string | Node)[]
 * ) => HTMLElementTagNameMap[K]}
 */
export function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** @type {(tone: Tone, text: string) => HTMLElement} */
export function tag(tone, text) {
  const node = make("span", "tag", text);
  node.dataset.tone = tone;
  return node;
}
