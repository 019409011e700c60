// The sound of an alert. A browser plays none before the reader
// has touched the page, also when it was chosen last time.

/** @type {AudioContext | null} */
let audio = null;

/** onChange() is called when the browser begins to play, or stops. @type {(onChange: () => void) => void} */
export function startSound(onChange) {
  if (audio) return;
  audio = new AudioContext();
  audio.addEventListener("statechange", onChange);
}

export function isHeard() {
  return audio?.state === "running";
}

/** Ends once the browser plays, which may be never. */
export async function wakeSound() {
  if (audio && !isHeard()) await audio.resume();
}

/** Two short tones, the second higher. Where they are not heard none are kept for later. */
export function sound() {
  if (!audio || !isHeard()) return;
  for (const [i, hertz] of [660, 880].entries()) tone(audio, hertz, audio.currentTime + i * 0.18);
}

/** @type {(audio: AudioContext, hertz: number, at: number) => void} */
function tone(audio, hertz, at) {
  const [oscillator, volume] = [new OscillatorNode(audio, { frequency: hertz }), new GainNode(audio, { gain: 0 })];
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.16);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.17);
}
