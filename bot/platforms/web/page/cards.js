/** The answer to a request: its progress first, later the piece with everything that can be done with it. */

import { el, icon, newId, set } from "./dom.js";
import { clock, when } from "./format.js";
import { Player } from "./player.js";
import { ProgressBar } from "./progress.js";

const ACTIONS = [
  ["again", "Again", "Another continuation of the same seed"],
  ["variation", "Variation", "A variation of this piece"],
  ["longer", "Longer", "A longer piece that begins with this one"],
];
const VOTES = [["up", "Thumbs up"], ["down", "Thumbs down"]];
const DOWNLOADS = [["mp3", "MP3"], ["midi", "MIDI"], ["picture", "Picture"]];
/** What the title and the player say already. */
const SAID = new Set(["Length", "Key", "Tempo", "Engine"]);

/**
 * @typedef {Object} Deeds what a card's buttons do
 * @property {(ticket: Object) => Promise<void>} cancel
 * @property {(piece: Object, action: string) => Promise<void>} follow
 * @property {(piece: Object, vote: "up"|"down"|null) => Promise<void>} rate
 * @property {(piece: Object) => Promise<Object>} roll
 */

/** One request or piece in the conversation. */
export class Card {
  /** @param {Deeds} deeds */
  constructor(deeds) {
    this.deeds = deeds;
    this.element = el("article.card");
    this.piece = null;
  }

  /** Show how far a request is, or how it ended. */
  showTicket(ticket) {
    if (this.piece) return;
    if (ticket.piece && ticket.state === "delivered") this.showPiece(ticket.piece);
    else if (ticket.sentence) this.#showSentence(ticket);
    else this.#showProgress(ticket);
  }

  /** Show a piece; a second time only its votes can have changed. */
  showPiece(piece) {
    if (!this.piece) this.#build(piece);
    this.piece = piece;
    for (const [vote] of VOTES) {
      set(this.votes[vote], "aria-pressed", String(piece.my_vote === vote));
      this.votes[vote].lastElementChild.textContent = piece[vote] || "";
    }
  }

  /** Say something about this piece beneath it, instead of what was said before. */
  complain(sentence) {
    this.remark ??= this.element.appendChild(el("p.complaint", { role: "alert" }));
    this.remark.textContent = sentence;
  }

  #showProgress(ticket) {
    if (!this.bar) this.#buildProgress(ticket);
    const { share, state, text } = ticket.progress;
    const waiting = state !== "running" && state !== "composed";
    this.element.classList.toggle("waiting", waiting);
    this.bar.show(waiting ? null : state === "composed" ? 1 : share, text);
  }

  #buildProgress(ticket) {
    this.bar = new ProgressBar(ticket.title, () => this.deeds.cancel(ticket));
    this.element.replaceChildren(heading(ticket.title, this.bar.label), ...this.bar.nodes, ...remarks(ticket.remarks));
  }

  #showSentence(ticket) {
    this.element.classList.remove("waiting");
    this.element.classList.add("ended", ticket.state);
    this.element.replaceChildren(heading(ticket.title), el("p", {}, ticket.sentence));
  }

  #build(piece) {
    this.element.classList.remove("waiting");
    this.element.dataset.piece = piece.id;
    const sound = { title: piece.title, length: piece.length_seconds, primer: piece.primer_seconds, audio: piece.urls.mp3 };
    this.player = new Player(sound, () => this.deeds.roll(piece), (sentence) => this.complain(sentence));
    this.votes = Object.fromEntries(VOTES.map(([vote, name]) => [vote, this.#voteButton(vote, name)]));
    const id = newId("piece");
    set(this.element, "aria-labelledby", id);
    this.element.replaceChildren(
      heading(piece.title, id, `#${piece.id}`), summary(piece), this.player.element, ...remarks(piece.remarks),
      el("div.deeds", {}, this.#actionButtons(), el("div.votes", { role: "group", "aria-label": "Rate this piece" }, ...Object.values(this.votes))),
      el("div.foot", {}, downloads(piece), facts(piece)),
    );
  }

  #voteButton(vote, name) {
    const press = () => this.deeds.rate(this.piece, this.piece.my_vote === vote ? null : vote);
    return el("button.vote", { type: "button", "aria-label": name, title: name, onclick: press }, icon(vote), el("span.count"));
  }

  #actionButtons() {
    const buttons = ACTIONS.map(([action, name, title]) =>
      el("button.action", { type: "button", title, onclick: () => this.deeds.follow(this.piece, action) }, icon(action), name));
    return el("div.actions", { role: "group", "aria-label": "Go on from this piece" }, ...buttons);
  }
}

/** "Robert Schumann: Träumerei" as composer above title; titles without a composer stand alone. */
function heading(title, id = null, number = null) {
  const [, composer, work] = title.match(/^([^:]{3,60}): (.+)$/u) ?? [null, null, title];
  const name = el("h2", { id }, composer && el("span.composer", {}, composer, el("span.unseen", {}, ": ")), el("span.work", {}, work));
  return el("div.heading", {}, name, number && el("span.number", { title: "Number of this piece" }, number));
}

function summary(piece) {
  const parts = [piece.key, `♩ = ${Math.round(piece.tempo)}`, clock(piece.length_seconds)];
  if (piece.options.engine !== "notes") parts.push(`${piece.options.engine} engine`);
  return el("p.summary", {},
    el("span", {}, parts.join(" · ")),
    el("span.legend", {}, el("span.primer-swatch"), "Seed", el("span.continuation-swatch"), "Continuation"));
}

function remarks(sentences) {
  return sentences.map((sentence) => el("p.remark", {}, sentence));
}

function downloads(piece) {
  const links = DOWNLOADS.map(([kind, name]) =>
    el("a", { href: `${piece.urls[kind]}?download=1`, download: "", "aria-label": `Download ${name} of ${piece.title}` }, icon("download"), name));
  return el("div.downloads", {}, ...links);
}

function facts(piece) {
  const pairs = [...piece.facts.filter(([name]) => !SAID.has(name)), ["Composed", when(piece.created_at)]];
  const list = el("dl", {}, ...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  return el("details.facts", {}, el("summary", {}, "Details"), list);
}
