// The only ways from a text to what a browser takes at its word. By the content security policy (Trusted Types) it
// refuses plain texts there, so nothing that was typed or fetched becomes a script by mistake.

/** @typedef {{ createHTML(text: string): string; createScriptURL(address: string): string }} Policy */

/** @type {Policy} */
const RULES = {
  createHTML: (text) => text, // for `documentIn` alone, where nothing runs
  createScriptURL(address) {
    const { href, origin } = new URL(address, location.href);
    if (origin !== location.origin) throw new TypeError(`a script of another site: ${origin}`);
    return href;
  },
};

/** What a browser without Trusted Types uses in its place are the rules themselves. @type {Policy} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("caiso", RULES) ?? RULES;

/** A page that the server wrote, to take parts from: its scripts don't run. @type {(text: string) => Document} */
export const documentIn = (text) => new DOMParser().parseFromString(policy.createHTML(text), "text/html");

/** The address of a script of this site. @type {(address: string) => string} */
export const scriptAddress = (address) => policy.createScriptURL(address);
