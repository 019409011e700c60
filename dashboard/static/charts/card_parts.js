// A card's parts, by name: there may be several cards on a page, so none is found by its id.

/** @type {(root: HTMLElement, name: string) => HTMLElement} */
export function part(root, name) {
  return /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
}

/** @type {(root: HTMLElement, name: string, text: string, isHidden?: boolean) => void} */
export function write(root, name, text, isHidden = false) {
  const element = part(root, name);
  if (element.textContent !== text) element.textContent = text;
  element.hidden = isHidden;
}
