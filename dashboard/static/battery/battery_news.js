// Which events are about a battery, and what is said aloud of them. No DOM.

/** @import { FeedEvent } from "../live/types.js" */

const ABOUT = ["battery", "backtest", "paper"];

/**
 * Advice, what people did to it, how far its back-tests are, and its days on paper.
 * @type {(event: FeedEvent, battery: number) => boolean}
 */
export function isAbout(event, battery) {
  if (event.kind === "advice") return event.battery_id === battery;
  const isNews = event.kind === "status" && ABOUT.includes(event.about ?? "");
  return isNews && event.battery_id === battery;
}

/** The newest advice's reason, or what else has happened. @type {(events: FeedEvent[]) => string} */
export function spokenText(events) {
  const said = events.map((event) => {
    if (event.kind === "advice") return event.reason;
    return event.kind === "status" && event.state !== "running" ? (event.text ?? "") : "";
  });
  return said.filter(Boolean).at(-1) ?? "";
}
