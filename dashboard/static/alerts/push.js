// "Notify this browser": alerts by Web Push, also while no page is open. The choice is the server's: it holds the
// subscription.

import { element, reveal, show } from "../ui/show.js";

const WHY = {
  denied: "This browser has blocked notifications for this page; its site settings can allow them again.",
  none: "This browser takes notifications only from pages that come over HTTPS.",
  failed: "The browser's push service cannot be reached.",
  refused: "The server did not take the subscription.",
};

/** `key` is the server's, by which push services know it. */
export async function startPush(key) {
  if (!element("push")) return;
  const can = isSecureContext && "serviceWorker" in navigator && "PushManager" in globalThis;
  if (!can) return label(false, "none");
  const worker = await navigator.serviceWorker.register("/push-worker.js", { scope: "/" }).catch(() => null);
  if (!worker) return label(false, "refused");
  label((await worker.pushManager.getSubscription()) !== null);
  element("push").addEventListener("click", () => change(worker, key));
}

async function change(worker, key) {
  element("push").disabled = true;
  const held = await worker.pushManager.getSubscription();
  const why = held ? await leave(held) : await join(worker, key);
  label((await worker.pushManager.getSubscription()) !== null, why);
}

async function join(worker, key) {
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const subscription = await worker.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: key })
    .catch(() => null);
  if (!subscription) return "failed";
  if (await send("POST", subscription.toJSON())) return "";
  await subscription.unsubscribe();
  return "refused";
}

async function leave(subscription) {
  if (!(await send("DELETE", { endpoint: subscription.endpoint }))) return "refused";
  await subscription.unsubscribe();
  return "";
}

async function send(method, body) {
  const token = document.querySelector("#act [name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch("/api/v1/push/subscriptions", { method, headers, body: JSON.stringify(body) }).catch(
    () => null,
  );
  return answer?.ok ?? false;
}

function label(on, why = "") {
  element("push").disabled = why === "none";
  element("push").setAttribute("aria-pressed", String(on));
  show("push", on ? "Notified here · stop" : "Notify this browser");
  show("push-why", WHY[why] ?? "");
  reveal("push-why", why !== "");
}
