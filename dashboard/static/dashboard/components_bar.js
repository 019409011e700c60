// What the shown price is made of: each component a bar from zero, with its sign and a word.

export function renderComponents(state) {}
