// uPlot, which draws the charts. The page asks for it early and runs it late: prices and the feed do not wait for it.

import { scriptAddress } from "../ui/trusted.js";

/** What is known of it. @type {"asked" | "here" | "failed"} */
let state = "asked";

/** @type {() => boolean} */
export const isLibraryHere = () => state === "here";

/** @type {() => boolean} */
export const hasLibraryFailed = () => state === "failed";

/**
 * Run it; `onChange` is called once it is here, or will not come.
 * @type {(href: string, onChange: () => void) => void}
 */
export function startLibrary(href, onChange) {
  const script = document.createElement("script");
  const judge = () => {
    state = "uPlot" in window ? "here" : "failed"; // something in between may have sent another script
    onChange();
  };
  script.addEventListener("load", judge);
  script.addEventListener("error", judge);
  script.src = scriptAddress(href);
  document.head.append(script);
}
