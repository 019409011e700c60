// "Notify this browser": alerts by Web Push, also while no page is open.
// The choice is the server's: it holds the subscription.

import { element, reveal, show } from "../ui/show.js";
import { scriptAddress } from "../ui/trusted.js";

/** @typedef {"" | keyof typeof WHY} Obstacle Why the browser is not notified. */

const WHY = {
  denied: "This browser has blocked notifications for this page; its site settings can allow them again.",
  none: "This browser takes notifications only from pages that come over HTTPS.",
  failed: "The browser's push service cannot be reached.",
  refused: "The server did not take the subscription.",
};

/** @type {() => HTMLButtonElement} */
const button = () => element("push");

/** `key` is the server's, by which push services know it. @type {(key: string) => Promise<void>} */
export async function startPush(key) {
  if (!element("push")) return;
  const can = isSecureContext && "serviceWorker" in navigator && "PushManager" in globalThis;
  if (!can) return label(false, "none");
  const worker = await navigator.serviceWorker
    .register(scriptAddress("/push-worker.js"), { scope: "/" })
    .catch(() => null);
  if (!worker) return label(false, "refused");
  label((await worker.pushManager.getSubscription()) !== null);
  element("push").addEventListener("click", () => change(worker, key));
}

/** @type {(worker: ServiceWorkerRegistration, key: string) => Promise<void>} */
async function change(worker, key) {
  button().disabled = true;
  const held = await worker.pushManager.getSubscription();
  const why = held ? await leave(held) : await join(worker, key);
  label((await worker.pushManager.getSubscription()) !== null, why);
}

/** @type {(worker: ServiceWorkerRegistration, key: string) => Promise<Obstacle>} */
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

/** @type {(subscription: PushSubscription) => Promise<Obstacle>} */
async function leave(subscription) {
  if (!(await send("DELETE", { endpoint: subscription.endpoint }))) return "refused";
  await subscription.unsubscribe();
  return "";
}

/** @type {(method: "POST" | "DELETE", body: PushSubscriptionJSON) => Promise<boolean>} */
async function send(method, body) {
  /** @type {HTMLInputElement | null} */
  const token = document.querySelector("#act [name=csrfmiddlewaretoken]");
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token?.value ?? "" };
  const answer = await fetch("/api/v1/push/subscriptions", { method, headers, body: JSON.stringify(body) }).catch(
    () => null,
  );
  return answer?.ok ?? false;
}

/** @type {(on: boolean, why?: Obstacle) => void} */
function label(on, why = "") {
  button().disabled = why === "none";
  button().setAttribute("aria-pressed", String(on));
  show("push", on ? "Notified here · stop" : "Notify this browser");
  show("push-why", why && WHY[why]);
  reveal("push-why", why !== "");
}
