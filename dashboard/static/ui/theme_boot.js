// Runs before the first paint, so that the page never flashes in the wrong colours. Without a choice the system's
// preference holds.

(() => {
  const known = (theme) => (theme === "light" || theme === "dark" ? theme : null);
  let kept = null;
  try {
    kept = localStorage.getItem("theme");
  } catch {
    /* storage may be forbidden */
  }
  const theme = known(new URLSearchParams(location.search).get("theme")) ?? known(kept);
  if (theme) document.documentElement.dataset.theme = theme;
})();
