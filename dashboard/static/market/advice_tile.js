// The tile that says what the battery should do: of several at a hub the one chosen, which is remembered.

import { element, make, reveal, show } from "../ui/show.js";
import { adviceTile } from "./advice_words.js";

/** @import { BatteryName, HubState } from "../live/types.js" */

/** @type {() => HTMLSelectElement} */
const chooser = () => element("advice-battery");
let hub = "";

/** choose(id) is called when the reader picks a battery. @type {(choose: (battery: number) => void) => void} */
export function startAdvice(choose) {
  chooser().addEventListener("change", () => {
    const battery = Number(chooser().value);
    remember(battery);
    choose(battery);
  });
}

/** @type {(battery: number) => void} */
function remember(battery) {
  try {
    localStorage.setItem(`battery-${hub}`, String(battery));
  } catch {
    // Storage may be forbidden.
  }
}

/** The one chosen at this hub before. @type {() => number | null} */
function remembered() {
  try {
    return Number(localStorage.getItem(`battery-${hub}`)) || null;
  } catch {
    return null;
  }
}

/** @type {(state: HubState, batteries: BatteryName[], asked: number | null, now: number) => void} */
export function renderAdvice(state, batteries, asked, now) {
  hub = state.hub;
  const tile = adviceTile(state, batteries, [asked, remembered()], now);
  const { dataset } = element("tile-advice");
  [dataset.action, dataset.late] = [tile.action, String(tile.isLate)];
  offer(tile.batteries, tile.battery);
  for (const name of /** @type {const} */ (["name", "tag", "of", "reason", "known", "link"]))
    show(`advice-${name}`, tile[name]);
  show("advice-soc", tile.figure);
  reveal("advice-figure", tile.figure !== "");
  reveal("advice-name", tile.batteries.length < 2);
  reveal("advice-tag", tile.tag !== "");
  /** @type {HTMLAnchorElement} */
  const link = element("advice-link");
  if (link.getAttribute("href") !== tile.href) link.href = tile.href;
}

/** @type {(batteries: BatteryName[], battery: number | null) => void} */
function offer(batteries, battery) {
  const select = chooser();
  const [is, was] = [batteries, [...select.options]];
  const isSame =
    is.length === was.length && is.every(({ id, name }, n) => was[n].value === `${id}` && was[n].text === name);
  if (!isSame) select.replaceChildren(...is.map(({ id, name }) => option(id, name)));
  select.hidden = is.length < 2;
  if (battery !== null && select.value !== `${battery}`) select.value = `${battery}`;
}

/** @type {(id: number, name: string) => HTMLOptionElement} */
function option(id, name) {
  const made = make("option", "", name);
  made.value = `${id}`;
  return made;
}
