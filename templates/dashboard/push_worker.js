// Shows what the server pushes, also while no page is open, and opens the alerts when it is clicked.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("push", (event) => {
  const message = event.data?.json() ?? {};
  const options = {
    body: message.body ?? "",
    tag: message.tag,
    requireInteraction: message.severity === "critical",
    timestamp: Date.parse(message.at) || Date.now(),
  };
  event.waitUntil(worker.registration.showNotification(message.title ?? "CAISO Live", options));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openAlerts());
});

/** An open page of alerts comes to the front; else one is opened. */
async function openAlerts() {
  const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => new URL(url).pathname === "/alerts/");
  return page ? page.focus() : worker.clients.openWindow("/alerts/");
}
