// Runs before the first paint, so that the page never flashes in the wrong colours.
// Without a choice the system's preference holds.

(() => {
  const known = (/** @type {string | null} */ theme) => (theme === "light" || theme === "dark" ? theme : null);
  let kept = null;
  try {
    kept = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden.
  }
  const theme = known(new URLSearchParams(location.search).get("theme")) ?? known(kept);
  if (theme) document.documentElement.dataset.theme = theme;
})();
