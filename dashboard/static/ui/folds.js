// Cards that can be folded: on a narrow screen they begin so, and what the reader opened or folded stays for this tab.

const NARROW = matchMedia("(max-width: 760px)");

/** @type {() => NodeListOf<HTMLDetailsElement>} */
const folds = () => document.querySelectorAll("details.fold");

/** @type {(id: string) => string | null} */
function chosen(id) {
  try {
    return sessionStorage.getItem(`fold ${id}`);
  } catch {
    return null; // storage may be forbidden
  }
}

/** @type {(fold: HTMLDetailsElement) => void} */
function keep({ id, open }) {
  try {
    sessionStorage.setItem(`fold ${id}`, open ? "open" : "folded");
  } catch {
    // Then it is as it was at first after a reload.
  }
}

/** onOpen() is called when one is opened: what is folded is not written. @type {(onOpen: () => void) => void} */
export function startFolds(onOpen) {
  for (const fold of folds()) {
    const choice = chosen(fold.id);
    if (choice !== null) fold.open = choice === "open";
    else if (NARROW.matches) fold.open = false;
    fold.querySelector("summary")?.addEventListener("click", () => setTimeout(() => keep(fold)));
    fold.addEventListener("toggle", onOpen);
  }
  unfoldForPaper();
}

/** Paper cannot be opened. */
function unfoldForPaper() {
  /** @type {HTMLDetailsElement[]} */
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...folds()].filter((fold) => !fold.open);
    for (const fold of unfolded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of unfolded) fold.open = false;
  });
}
