// Shows what the server pushes, also while no page is open, and opens the alerts when it is clicked.

self.addEventListener("push", (event) => {
  const told = event.data?.json() ?? {};
  const options = { body: told.body ?? "", tag: told.tag, requireInteraction: told.severity === "critical", timestamp: Date.parse(told.at) || Date.now() };
  event.waitUntil(self.registration.showNotification(told.title ?? "CAISO Live", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openAlerts());
});

/** An open page of alerts comes to the front; else one is opened. */
async function openAlerts() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => new URL(url).pathname === "/alerts/");
  return page ? page.focus() : self.clients.openWindow("/alerts/");
}
