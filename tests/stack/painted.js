// Runs in the page before its own scripts: up to where the feed was on the screen and when, how the connection was,
// what the policy refused.
{
  /**
   * @typedef {object} Seen
   * @property {{ seq: number, at: number }[]} paints
   * @property {{ state?: string, at: number }[]} lamps
   * @property {string[]} refused
   */

  /** @type {Seen} */
  const seen = { paints: [], lamps: [], refused: [] };
  Object.assign(window, { seen });
  const now = () => performance.timeOrigin + performance.now();
  const afterPaint = new MessageChannel();
  afterPaint.port1.onmessage = ({ data }) => seen.paints.push({ seq: data, at: now() });
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    seen.refused.push(`${violatedDirective} ${blockedURI}`),
  );
  addEventListener("DOMContentLoaded", () => {
    /** @type {(attribute: string, heard: MutationCallback) => void} */
    const watch = (attribute, heard) =>
      new MutationObserver(heard).observe(document.body, { attributeFilter: [attribute] });
    // Painting is done in a frame of its own: a message sent from it is heard after what it drew is on the screen.
    watch("data-painted-at", () => afterPaint.port2.postMessage(Number(document.body.dataset.seq)));
    watch("data-connection", () => seen.lamps.push({ state: document.body.dataset.connection, at: now() }));
  });
}
