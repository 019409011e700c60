// The page comes with its prices; what the scripts have to do waits until they are on the screen.

const LONGEST_WAIT_MS = 250; // a tab in the background draws no frame

/** Call `begin` once, after the first frame. @type {(begin: () => void) => void} */
export function afterFirstFrame(begin) {
  let hasBegun = false;
  const once = () => {
    if (hasBegun) return;
    hasBegun = true;
    begin();
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, LONGEST_WAIT_MS);
}
