// The hub tabs: links that say what they show, followed without leaving the page.

import { writeAddress } from "./address.js";
import { element } from "./show.js";

/** @import { PageData, Selection } from "../live/types.js" */

/** choose(hub) is called when the reader picks a hub. @type {(choose: (hub: string | undefined) => void) => void} */
export function startHubTabs(choose) {
  element("hub-tabs").addEventListener("click", (event) => {
    /** @type {HTMLElement | null} */
    const link = event.target instanceof Element ? event.target.closest("a[data-hub]") : null;
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    choose(link.dataset.hub);
  });
}

/** @type {(page: PageData, shown: Selection) => void} */
export function markHub(page, shown) {
  for (const link of element("hub-tabs").querySelectorAll("a")) {
    link.href = writeAddress("", { ...shown, hub: link.dataset.hub ?? "", battery: null });
    if (link.dataset.hub === shown.hub) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  bringIntoSight(element("hub-tabs"));
  for (const node of document.querySelectorAll("[data-shows=hub]")) node.textContent = shown.hub;
  for (const node of document.querySelectorAll("[data-shows=node]"))
    node.textContent = page.hubs.find((known) => known.hub === shown.hub)?.node ?? "";
  /** @type {HTMLAnchorElement} */ (element("api-link")).href = `/api/current?hub=${encodeURIComponent(shown.hub)}`;
}

/**
 * The tab of the hub that is shown. After scrollIntoView the Tab key would begin there, past the header.
 * @type {(tabs: HTMLElement) => void}
 */
function bringIntoSight(tabs) {
  const tab = tabs.querySelector("[aria-current]");
  if (!tab) return;
  const [shown, wanted] = [tabs.getBoundingClientRect(), tab.getBoundingClientRect()];
  tabs.scrollLeft += Math.min(0, wanted.left - shown.left) + Math.max(0, wanted.right - shown.right);
}
