// How the page follows a feed and misses nothing: the same decisions as dashboard/following.py, by the same table of cases.

/** What a frame {epoch, prev, seq} is to a page that stands at {epoch, seq}: "next" to take, "seen" to leave, "gap" when something is missing. */
export function step(place, { epoch, prev, seq }) {
  if (place === null || epoch !== place.epoch) return "gap";
  if (seq <= place.seq) return "seen";
  return prev === place.seq ? "next" : "gap";
}

/** Whether a feed whose head is this has something that a page standing at {epoch, seq} has not. A heartbeat names no epoch. */
export function isBehind(place, head, epoch = place.epoch) {
  return epoch !== place.epoch || head > place.seq;
}

/** A place as an address carries it: "epoch:seq", or "" for none. */
export function placeText(place) {
  return place === null ? "" : `${place.epoch}:${place.seq}`;
}
