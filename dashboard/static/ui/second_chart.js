// From 1,800 px on a second chart of the same hub stands beside the first, with hours of its own.

import { createPriceCard, redrawPriceCard, renderPriceCard } from "../charts/price_card.js";
import { element } from "./show.js";

/** @import { ChartView, PriceCard } from "../charts/types.js" */
/** @import { HubState, Range } from "../live/types.js" */

const WIDE = matchMedia("(min-width: 1800px)");
/** @type {PriceCard | null} */
let card = null;
/** @type {{ range: Range, date: string | null }} */
let shown = { range: "2h", date: null };
/** What was drawn last, to be drawn anew. @type {() => void} */
let again = () => {};

/** @type {(next: { range: Range, date: string | null }) => void} */
function choose(next) {
  shown = next;
  again();
}

/** Until it is needed it is a template, which costs the first paint nothing. */
function created() {
  const template = /** @type {HTMLTemplateElement} */ (element("second-chart"));
  template.replaceWith(template.content);
  return createPriceCard(element("second-chart-card"), {
    onRange: (range) => choose({ range, date: null }),
    onDate: (date) => choose({ ...shown, date }),
  });
}

/** Nothing where there is no room for it. @type {(state: HubState, view: ChartView) => void} */
export function renderSecondChart(state, view) {
  again = () => renderSecondChart(state, view);
  if (!WIDE.matches) return;
  card ??= created();
  renderPriceCard(card, state, { ...view, ...shown, at: null });
}

/** After a change of theme. */
export function redrawSecondChart() {
  if (card) redrawPriceCard(card);
}

WIDE.addEventListener("change", () => again());
