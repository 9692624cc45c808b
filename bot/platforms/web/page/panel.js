/** The panel at the side: my pieces, the best rated ones, the openers. */

import { get } from "./api.js";
import { byId, el, icon, set } from "./dom.js";
import { openerList, pieceList } from "./lists.js";

const TITLES = { history: "Your pieces", top: "Best rated", openers: "Openers" };
const EMPTY = { history: "You have not asked for a piece yet.", top: "Nobody has rated a piece yet." };

/** Shows one list at a time; its buttons are in the header. */
export class Panel {
  /**
   * @param {(piece: Object) => void} openPiece
   * @param {(opener: Object) => void} chooseOpener
   */
  constructor(openPiece, chooseOpener) {
    this.openPiece = openPiece;
    this.chooseOpener = chooseOpener;
    this.shown = null;
    this.buttons = Array.from(document.querySelectorAll("[data-panel]"));
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.toggle(button.dataset.panel));
    }
    byId("panel-close").append(icon("close"));
    byId("panel-close").addEventListener("click", () => this.close());
    byId("panel").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  toggle(name) {
    if (this.shown === name) this.close();
    else this.open(name);
  }

  /** Show a list as it is now. */
  async open(name) {
    this.#mark(name);
    byId("panel-title").textContent = TITLES[name];
    byId("panel-title").focus({ preventScroll: true });
    await this.#load(name, 1, byId("panel-body"));
  }

  /** The focus goes back to the button that opened it. */
  close() {
    const button = this.buttons.find((one) => one.dataset.panel === this.shown);
    this.#mark(null);
    button?.focus();
  }

  /** Close it where it covers the conversation. */
  makeWay() {
    if (getComputedStyle(byId("panel")).position === "fixed") this.#mark(null);
  }

  /** The list has changed: show it anew if it is shown. */
  refresh(...names) {
    if (names.includes(this.shown)) this.#load(this.shown, 1, byId("panel-body"));
  }

  #mark(name) {
    this.shown = name;
    byId("panel").hidden = name === null;
    for (const button of this.buttons) set(button, "aria-expanded", String(button.dataset.panel === name));
  }

  async #load(name, page, place) {
    let nodes;
    try {
      nodes = name === "openers" ? await this.#openers() : await this.#pieces(name, page);
    } catch (error) {
      nodes = [el("p.empty", { role: "alert" }, error.message)];
    }
    if (this.shown === name) place.replaceChildren(...nodes);
  }

  async #openers() {
    const { openers } = await get("/api/openers");
    return [openerList(openers, (opener) => {
      this.makeWay();
      this.chooseOpener(opener);
    })];
  }

  async #pieces(name, page) {
    const answer = await get(`/api/${name}?page=${page}`);
    if (!answer.pieces.length && page === 1) return [el("p.empty", {}, EMPTY[name])];
    const list = pieceList(answer.pieces, (piece) => {
      this.makeWay();
      this.openPiece(piece);
    }, { ranked: name === "top" });
    return answer.more ? [list, this.#more(name, page + 1)] : [list];
  }

  #more(name, page) {
    const rest = el("div");
    rest.append(el("button.action.more", { type: "button", onclick: () => this.#load(name, page, rest) }, "Show more"));
    return rest;
  }
}
