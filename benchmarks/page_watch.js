// Runs in the page before its own scripts: notes what came over the socket, when a price was on the screen, and what
// moved meanwhile.
{
  /**
   * @typedef {object} BenchSeen
   * @property {number} sockets
   * @property {{ at: number, data: string }[]} frames
   * @property {{ at: number, seq: number }[]} paints
   * @property {{ startTime: number, duration: number }[]} longTasks
   * @property {number | null} firstPriceAt
   * @property {number | null} liveAt when the feed had spoken
   * @property {number} shifted
   */

  /** @type {BenchSeen} */
  const seen = { sockets: 0, frames: [], paints: [], longTasks: [], firstPriceAt: null, liveAt: null, shifted: 0 };
  Object.assign(window, { benchSeen: seen });
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    /** @param {ConstructorParameters<typeof WebSocket>} options */
    constructor(...options) {
      super(...options);
      seen.sockets += 1;
      this.addEventListener("message", ({ data }) => seen.frames.push({ at: performance.now(), data }));
    }
  };
  const afterPaint = new MessageChannel();
  afterPaint.port1.onmessage = () =>
    seen.paints.push({ at: performance.now(), seq: Number(document.body.dataset.seq) });
  const noted = () => {
    if (document.body.dataset.loaded === "true") afterPaint.port2.postMessage(null);
  };
  const connected = () => {
    if (document.body.dataset.connection === "live") seen.liveAt ??= performance.now();
  };
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(noted).observe(document.body, { attributeFilter: ["data-painted-at"] });
    new MutationObserver(connected).observe(document.body, { attributeFilter: ["data-connection"] });
  });
  const afterFrame = new MessageChannel();
  afterFrame.port1.onmessage = () => {
    seen.firstPriceAt = performance.now();
  };
  const look = () => {
    const text = document.getElementById("rt-price")?.textContent ?? "";
    if (/\d/.test(text)) afterFrame.port2.postMessage(null);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      seen.shifted += /** @type {PerformanceEntry & { value: number }} */ (entry).value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) =>
    seen.longTasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration }))),
  ).observe({ type: "longtask", buffered: true });
}
