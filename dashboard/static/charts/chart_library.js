// uPlot, which draws the charts. The page asks for it early and runs it late: prices and the feed do not wait for it.

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
  const become = (/** @type {typeof state} */ next) => () => {
    state = next;
    onChange();
  };
  script.addEventListener("load", become("here"));
  script.addEventListener("error", become("failed"));
  script.src = href;
  document.head.append(script);
}
