/** Lists of pieces and openers, for the panel and for the conversation. */

import { el } from "./dom.js";
import { clock, when } from "./format.js";

/**
 * Pieces as rows to click.
 * @param {Object[]} pieces
 * @param {(piece: Object) => void} open
 * @param {{ranked: boolean}} [how]
 */
export function pieceList(pieces, open, { ranked = false } = {}) {
  const row = (piece) => el("li", {}, el("button.row", { type: "button", onclick: () => open(piece) },
    el("span.row-title", {}, piece.title),
    el("small.row-facts", {}, [`#${piece.id}`, piece.key, clock(piece.length_seconds), ranked ? null : when(piece.created_at)].filter(Boolean).join(" · ")),
    votes(piece)));
  return el(ranked ? "ol.rows" : "ul.rows", {}, ...pieces.map(row));
}

function votes(piece) {
  if (!piece.up && !piece.down) return null;
  return el("small.row-votes", { "aria-label": `${piece.up} up, ${piece.down} down` }, `👍 ${piece.up}  👎 ${piece.down}`);
}

/**
 * Openers by composer.
 * @param {Object[]} openers
 * @param {(opener: Object) => void} choose
 */
export function openerList(openers, choose) {
  const composers = new Map();
  for (const opener of openers) {
    composers.set(opener.composer, [...(composers.get(opener.composer) ?? []), opener]);
  }
  const groups = Array.from(composers, ([composer, works]) => el("section.composer-group", {},
    el("h3", {}, composer),
    el("ul.rows", {}, ...works.map((opener) => el("li", {}, el("button.row", { type: "button", onclick: () => choose(opener) },
      el("span.row-title", {}, opener.title), el("small.row-facts", {}, [opener.opus, opener.key].filter(Boolean).join(" · "))))))));
  return el("div.openers", {}, ...groups);
}
