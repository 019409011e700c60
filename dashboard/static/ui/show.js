// Writing to the page: by id, as text, and only what has changed.

export function element(id) {
  return document.getElementById(id);
}

export function show(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

export function reveal(id, visible) {
  element(id).hidden = !visible;
}

/** An element with a class and its children: text, or elements. */
export function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export function tag(tone, text) {
  const node = make("span", "tag", text);
  node.dataset.tone = tone;
  return node;
}
