// A sound and a notification for alerts, each only once the reader asked for it. The choice stays in this browser.

import { element, reveal, show } from "./show.js";

const NEWS_MS = 15 * 60_000;
const chosen = { sound: kept("sound"), notify: kept("notify") };
let audio = null;

function kept(name) {
  try { return localStorage.getItem(`alert-${name}`) === "on"; } catch { return false; } // storage may be forbidden
}

function choose(name, on) {
  chosen[name] = on;
  try { localStorage.setItem(`alert-${name}`, on ? "on" : "off"); } catch { /* storage may be forbidden */ }
  label();
}

export function startAttention() {
  element("alert-sound").addEventListener("click", () => { choose("sound", !chosen.sound); if (chosen.sound) sound(); });
  element("alert-notify").addEventListener("click", switchNotify);
  // A browser plays nothing before the reader has touched the page, also when the sound was chosen last time.
  addEventListener("pointerdown", () => { if (chosen.sound) ready(); }, { once: true });
  label();
}

async function switchNotify() {
  if (!chosen.notify && mayNotify() === "default") await Notification.requestPermission();
  choose("notify", !chosen.notify && mayNotify() === "granted");
}

/** "granted", "denied", "default", or "none" where the browser has no such thing here. */
function mayNotify() {
  return "Notification" in globalThis && isSecureContext ? Notification.permission : "none";
}

function label() {
  const on = { sound: chosen.sound, notify: chosen.notify && mayNotify() === "granted" };
  for (const name of ["sound", "notify"]) element(`alert-${name}`).setAttribute("aria-pressed", String(on[name]));
  const why = {
    denied: "This browser has blocked notifications for this page; its site settings can allow them again.",
    none: "This browser shows notifications only for pages that come over HTTPS.",
  }[mayNotify()] ?? "";
  show("alert-why", why);
  reveal("alert-why", why !== "");
  element("alert-notify").disabled = why !== "";
}

/** Of the alerts that have just come, tell those that opened lately: a resume may bring old ones. */
export function tellAlerts(events, now) {
  const opened = events.filter((event) => event.kind === "alert" && event.state === "open" && now - Date.parse(event.at) < NEWS_MS);
  if (!opened.length) return;
  if (chosen.sound) sound();
  if (chosen.notify && mayNotify() === "granted") for (const alert of opened) notify(alert);
}

function notify(alert) {
  // Some phones show notifications from a service worker only, and say so by throwing.
  try { new Notification("CAISO Live", { body: alert.text, tag: `alert ${alert.alert_id}` }); } catch { show("alert-why", "This browser cannot show notifications from a page."); }
}

function ready() {
  audio ??= new AudioContext();
  audio.resume();
}

/** Two short tones, the second higher. */
function sound() {
  ready();
  for (const [i, hertz] of [660, 880].entries()) tone(hertz, audio.currentTime + i * 0.18);
}

function tone(hertz, at) {
  const [oscillator, volume] = [new OscillatorNode(audio, { frequency: hertz }), new GainNode(audio, { gain: 0 })];
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.17);
}
