// Runs in the page before its own scripts: notes what came over the socket and when it was on the screen.
{
  /**
   * @typedef {object} BenchSeen
   * @property {number} sockets
   * @property {{ at: number, data: string }[]} frames
   * @property {{ at: number, seq: number }[]} paints
   * @property {{ startTime: number, duration: number }[]} longTasks
   */

  /** @type {BenchSeen} */
  const seen = { sockets: 0, frames: [], paints: [], longTasks: [] };
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
  addEventListener("DOMContentLoaded", () =>
    new MutationObserver(noted).observe(document.body, { attributeFilter: ["data-painted-at"] }),
  );
  new PerformanceObserver((list) =>
    seen.longTasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration }))),
  ).observe({ type: "longtask", buffered: true });
}
