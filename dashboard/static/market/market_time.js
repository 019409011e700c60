// Pacific market time from UTC milliseconds, whatever the zone of the browser. No DOM.

const ZONE = "America/Los_Angeles";
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const wallClock = new Intl.DateTimeFormat("en-US", {
  timeZone: ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});
const dayName = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, weekday: "short", month: "short", day: "numeric" });

/** @typedef {Record<"year" | "month" | "day" | "hour" | "minute" | "second" | "timeZoneName", string>} Wall */

/** As two- or four-digit text, the zone as "PST" or "PDT". @type {(ms: number) => Wall} */
function wall(ms) {
  const parts = wallClock.formatToParts(ms).map(({ type, value }) => [type, value]);
  return Object.fromEntries(parts);
}

/** @type {(ms: number) => number} */
function offset(ms) {
  const { year, month, day, hour, minute, second } = wall(ms);
  const asUtc = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second);
  return asUtc - Math.floor(ms / SECOND) * SECOND;
}

/** @type {(ms: number) => string} */
export function zoneName(ms) {
  return wall(ms).timeZoneName;
}

/** @type {(ms: number) => number} */
export function pacificHour(ms) {
  return Number(wall(ms).hour);
}

/** "2026-11-24": the operating date that ms lies in. @type {(ms: number) => string} */
export function operatingDate(ms) {
  const { year, month, day } = wall(ms);
  return `${year}-${month}-${day}`;
}

/** UTC milliseconds of the Pacific midnight that began the operating date. @type {(ms: number) => number} */
export function dayStart(ms) {
  const { year, month, day } = wall(ms);
  const midnight = Date.UTC(+year, +month - 1, +day);
  return midnight - offset(midnight - offset(ms));
}

/** @type {(ms: number) => number} */
export function nextDayStart(ms) {
  return dayStart(dayStart(ms) + 30 * HOUR); // 30 h on is always inside the next day, be this one 23 or 25 hours long
}

/** 23, 24 or 25. @type {(ms: number) => number} */
export function hoursInDay(ms) {
  return (nextDayStart(ms) - dayStart(ms)) / HOUR;
}

/** @type {(ms: number) => number} */
export function hourStart(ms) {
  return Math.floor(ms / HOUR) * HOUR;
}

/** @type {(ms: number) => number} */
export function quarterStart(ms) {
  return Math.floor(ms / (15 * MINUTE)) * 15 * MINUTE;
}

/**
 * UTC milliseconds of the Pacific midnight that begins a date such as "2026-11-20"; NaN where there is no such date.
 * @type {(date: string) => number}
 */
export function dateStart(date) {
  const noon = Date.parse(`${date}T12:00:00Z`); // four or five in the morning in California, of the same date
  return Number.isNaN(noon) || !/^20\d\d-\d\d-\d\d$/.test(date) ? NaN : dayStart(noon);
}

/**
 * The true hour of the day before that the clock calls the same: 01:00 of both hours where autumn repeats it, null
 * where spring had left it out.
 * @type {(hour: number) => number | null}
 */
export function sameHourDayBefore(hour) {
  const today = dayStart(hour);
  const before = dayStart(today - HOUR);
  const isSame = (/** @type {number} */ at) => at >= before && at < today && pacificHour(at) === pacificHour(hour);
  return [24, 25, 23].map((hours) => hour - hours * HOUR).find(isSame) ?? null;
}

/**
 * OASIS counts by the wall clock: spring skips 3, and the second 01:00 of autumn is 25.
 * @type {(ms: number) => number}
 */
export function hourEnding(ms) {
  const hour = pacificHour(ms);
  return hour === 1 && pacificHour(ms - HOUR) === 1 ? 25 : hour + 1;
}

/** @type {(ms: number) => boolean} */
function comesTwice(ms) {
  const hour = pacificHour(ms);
  return hour === 1 && (pacificHour(ms - HOUR) === 1 || pacificHour(ms + HOUR) === 1);
}

/** @type {(ms: number) => string} */
export function clockText(ms) {
  const { hour, minute, second } = wall(ms);
  return `${hour}:${minute}:${second}`;
}

/** "14:35"; in the hour that autumn repeats "01:35 PDT", then "01:35 PST". @type {(ms: number) => string} */
export function timeText(ms) {
  const { hour, minute, timeZoneName } = wall(ms);
  return comesTwice(ms) ? `${hour}:${minute} ${timeZoneName}` : `${hour}:${minute}`;
}

/** "14:35–14:40". @type {(start: number, end: number) => string} */
export function intervalText(start, end) {
  const [from, to] = [wall(start), wall(end)];
  const zone = comesTwice(start) || comesTwice(end) ? ` ${from.timeZoneName}` : "";
  const endZone = zone && to.timeZoneName !== from.timeZoneName ? ` ${to.timeZoneName}` : "";
  return endZone
    ? `${from.hour}:${from.minute}${zone}–${to.hour}:${to.minute}${endZone}`
    : `${from.hour}:${from.minute}–${to.hour}:${to.minute}${zone}`;
}

/** @type {(ms: number) => string} */
export function dayText(ms) {
  return dayName.format(ms);
}

/** "45 s", "2 min 12 s", "1 h 05 min", "3 d 4 h". @type {(ms: number) => string} */
export function durationText(ms) {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  if (seconds < 86400)
    return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds / 60) % 60).padStart(2, "0")} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

/** The same with one unit, for tight places: "45 s", "12 min", "3 h", "2 d". @type {(ms: number) => string} */
export function roughDurationText(ms) {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} d`;
}

/** "2:46". @type {(ms: number) => string} */
export function countdownText(ms) {
  const seconds = Math.max(0, Math.ceil(ms / SECOND));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
