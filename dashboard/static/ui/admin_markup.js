// The admin's scripts (Django's, with jQuery and select2) make elements from texts. By the content security policy a
// browser asks here first (Trusted Types): a text with anything that could run is refused.

{
  const RUNS = "base, embed, frame, iframe, link, math, meta, noscript, object, script, style, svg, template";
  const LEADS = ["action", "formaction", "href", "src", "srcdoc", "xlink:href"];
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const unread = types?.createPolicy("caiso-look", { createHTML: (/** @type {string} */ text) => text });

  /** Whether an attribute could run something. @type {(attribute: Attr) => boolean} */
  const runs = ({ name, value }) =>
    name.startsWith("on") || (LEADS.includes(name) && !/^(?:https?:|\.{0,2}\/|[?#]|$)/i.test(value.trim()));

  /** The text, or null where it holds more than words and their places. @type {(text: string) => string | null} */
  const harmless = (text) => {
    const look = document.createElement("template"); // nothing in it is fetched or run
    look.innerHTML = unread.createHTML(text);
    if (look.content.querySelector(RUNS)) return null;
    const elements = [...look.content.querySelectorAll("*")];
    return elements.some(({ attributes }) => [...attributes].some(runs)) ? null : text;
  };

  types?.createPolicy("default", { createHTML: harmless });
}
