// Parts of a page that the server writes anew: every element marked data-live is replaced by the one of its id in a fresh copy of the page.

/** Fetch this address again and take over what has changed; whether it could be reached. */
export async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) replace(part, fresh.getElementById(part.id));
  return true;
}

/** Whoever stands on a button with the keyboard stays on it. */
function replace(part, fresh) {
  if (!fresh || part.isEqualNode(fresh)) return;
  const held = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceWith(document.adoptNode(fresh));
  if (held) document.getElementById(held)?.focus();
}
