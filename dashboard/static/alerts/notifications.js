// A sound and a notification for alerts, each only once the reader asked for it. The choice stays in this browser.

import { serverNow } from "../live/server_clock.js";
import { element, reveal, show } from "../ui/show.js";
import { isHeard, sound, startSound, wakeSound } from "./alert_sound.js";
import { spokenText } from "./alert_words.js";

/** @import { AlertFeed } from "./alert_feed.js" */
/** @import { AlertEvent, FeedEvent } from "../live/types.js" */

const RECENT_MS = 15 * 60_000;
/** @typedef {"sound" | "notify"} Choice */

/** @type {Record<string, string>} */
const WHY = {
  denied: "This browser has blocked notifications for this page; its site settings can allow them again.",
  none: "This browser shows notifications only for pages that come over HTTPS.",
};
const chosen = { sound: kept("sound"), notify: kept("notify") };
/** @type {Set<number>} */
const notified = new Set();
/** @type {string[]} */
let hubs = [];
/** @type {AlertFeed | null} */
let alertFeed = null;
let isPolling = false;

/** @type {(name: Choice) => boolean} */
function kept(name) {
  try {
    return localStorage.getItem(`alert-${name}`) === "on";
  } catch {
    return false; // storage may be forbidden
  }
}

/** @type {(name: Choice, on: boolean) => void} */
function choose(name, on) {
  chosen[name] = on;
  try {
    localStorage.setItem(`alert-${name}`, on ? "on" : "off");
  } catch {
    // Storage may be forbidden.
  }
  label();
  followAll();
}

/** `names` is those of all hubs. @type {(names: string[]) => void} */
export function startNotifications(names) {
  hubs = names;
  element("alert-sound").addEventListener("click", switchSound);
  element("alert-notify").addEventListener("click", switchNotify);
  for (const touch of ["pointerdown", "pointerup", "keydown"])
    addEventListener(touch, () => {
      if (chosen.sound) wakeSound();
    });
  if (chosen.sound) startSound(label);
  label();
  followAll();
}

/** While prices are polled, alerts are too: no frame brings them. @type {(now: boolean) => void} */
export function followWhilePolling(now) {
  if (now === isPolling) return;
  isPolling = now;
  followAll();
}

/** The page's own feed has the alerts of the hub shown; the others are followed only for who asked to be notified. */
async function followAll() {
  if (!isWanted()) {
    alertFeed?.close();
    alertFeed = null;
    return;
  }
  const { AlertFeed } = await import("./alert_feed.js"); // most readers never need it
  if (isWanted())
    alertFeed ??= new AlertFeed(hubs, { onAlerts: (alerts) => notifyOfAlerts(alerts, serverNow()), onState() {} });
}

function isWanted() {
  return isPolling || (hubs.length > 1 && (chosen.sound || isNotified()));
}

/** Whoever chooses it hears it at once. */
function switchSound() {
  choose("sound", !chosen.sound);
  if (!chosen.sound) return;
  startSound(label);
  wakeSound().then(sound);
}

async function switchNotify() {
  if (!chosen.notify && mayNotify() === "default") await Notification.requestPermission();
  choose("notify", !chosen.notify && mayNotify() === "granted");
}

/** "granted", "denied", "default", or "none" where the browser has no such thing here. */
function mayNotify() {
  return "Notification" in globalThis && isSecureContext ? Notification.permission : "none";
}

function isNotified() {
  return chosen.notify && mayNotify() === "granted";
}

function label() {
  const on = { sound: chosen.sound, notify: isNotified() };
  for (const [name, isOn] of Object.entries(on)) element(`alert-${name}`).setAttribute("aria-pressed", String(isOn));
  /** @type {HTMLButtonElement} */ (element("alert-notify")).disabled = mayNotify() in WHY;
  const mute =
    chosen.sound && !isHeard() && !navigator.userActivation?.hasBeenActive
      ? "Touch the page once: this browser plays no sound before."
      : "";
  explain([mute, WHY[mayNotify()] ?? ""].filter(Boolean).join(" "));
}

/** @type {(text: string) => void} */
function explain(text) {
  show("alert-why", text);
  reveal("alert-why", text !== "");
}

/**
 * Announces those of the alerts that opened lately:
 * a resume may bring old ones, and one of the hub shown comes twice.
 * @type {(events: FeedEvent[], now: number) => void}
 */
export function notifyOfAlerts(events, now) {
  const alerts = events.filter((event) => event.kind === "alert");
  const recent = alerts.filter(({ state, at }) => state === "open" && now - Date.parse(at) < RECENT_MS);
  const opened = recent.filter((alert) => !notified.has(alert.alert_id));
  for (const alert of opened) notified.add(alert.alert_id);
  if (!opened.length) return;
  show("alerts-spoken", opened.map(spokenText).join(". "));
  if (chosen.sound) sound();
  if (isNotified()) for (const alert of opened) showNotification(alert);
}

/** @type {(alert: AlertEvent) => void} */
function showNotification(alert) {
  // Some phones show notifications from a service worker only, and say so by throwing.
  try {
    new Notification("CAISO Live", { body: alert.text, tag: `alert ${alert.alert_id}` });
  } catch {
    explain("This browser cannot show notifications from a page.");
  }
}
