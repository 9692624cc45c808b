/** Building the page: every text is set as text, never as HTML. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("icons.svg", import.meta.url).pathname;

/**
 * Make an element.
 * @param {string} name tag, with classes after dots: "button.round.small"
 * @param {Object<string, *>} [properties] attributes; functions under "onclick" and the like become listeners
 * @param {...(Node|string|null|undefined)} children texts are added as text
 * @returns {HTMLElement}
 */
export function el(name, properties = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else set(node, key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Set an attribute; null, undefined and false remove it. */
export function set(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** @param {string} name one of the symbols in icons.svg */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

/** Show another symbol in an icon that is there. */
export function changeIcon(svg, name) {
  svg.firstElementChild.setAttribute("href", `${ICONS}#${name}`);
}

/** @returns {HTMLElement} by its id, which index.html promises */
export function byId(id) {
  return document.getElementById(id);
}

let counter = 0;

/** An id that no other element has. */
export function newId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Say something to screen readers alone. */
export function announce(sentence) {
  byId("announcer").textContent = sentence;
}
