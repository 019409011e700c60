// The hub tabs. The address says which hub is shown, so that a link, a reload and the back button all mean the same.

import { element } from "./show.js";

/** choose(hub) is called when the reader picks another hub or goes back to one. */
export function startHubTabs(page, choose) {
  element("hub-tabs").addEventListener("click", (event) => {
    const link = event.target.closest("a[data-hub]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const url = new URL(location);
    url.searchParams.set("hub", link.dataset.hub);
    history.pushState(null, "", url);
    choose(link.dataset.hub);
  });
  addEventListener("popstate", () => {
    const asked = (new URLSearchParams(location.search).get("hub") ?? "").toUpperCase();
    choose(page.hubs.some(({ hub }) => hub === asked) ? asked : page.hub);
  });
}

export function markHub(page, hub) {
  for (const link of element("hub-tabs").querySelectorAll("a")) {
    if (link.dataset.hub === hub) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  element("hub-tabs").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  for (const node of document.querySelectorAll("[data-shows=hub]")) node.textContent = hub;
  for (const node of document.querySelectorAll("[data-shows=node]")) node.textContent = page.hubs.find((known) => known.hub === hub)?.node ?? "";
  element("api-link").href = `/api/current?hub=${encodeURIComponent(hub)}`;
}
