// The one banner: why the screen may not show what CAISO publishes now. It appears only when there is something to say.

import { element, reveal, show } from "./show.js";

/** @import { Outage } from "../live/types.js" */

/** @type {(outage: Outage | null) => void} */
export function renderOutage(outage) {
  reveal("notice-outage", outage !== null);
  reveal("retry", outage?.kind === "unreached" || outage?.kind === "offline");
  if (!outage) return;
  show("notice-outage-text", outage.text);
  element("notice-outage").dataset.tone = outage.tone;
}
