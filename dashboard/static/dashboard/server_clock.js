// The server's clock is the truth: a browser whose own clock is wrong, or is set while we run, shows market time all the same.

let atZero = Date.now() - performance.now();

export function setServerTime(text) {
  atZero = Date.parse(text) - performance.now();
}

export function serverNow() {
  return atZero + performance.now();
}
