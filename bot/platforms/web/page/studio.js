/** Requests and pieces on this page: asks the server, and keeps every card as the server says it is. */

import { get, newKey, send } from "./api.js";
import { Card } from "./cards.js";
import { announce } from "./dom.js";
import { lineOf } from "./requests.js";
import { somethingPlays } from "./player.js";

/** Knows which card shows which request and which piece. */
export class Studio {
  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {{complain: (error: Error) => void, changed: () => void}} world
   */
  constructor(conversation, world) {
    this.conversation = conversation;
    this.world = world;
    this.tickets = new Map();
    this.pieces = new Map();
    this.wanted = new Set();
    this.asking = 0;
    this.held = [];
    this.deeds = {
      cancel: (ticket) => this.#trying(() => this.#cancel(ticket)),
      follow: (piece, action) => this.#follow(piece, action),
      rate: (piece, vote) => this.#trying(() => this.#rate(piece, vote)),
      roll: (piece) => get(piece.urls.roll),
    };
  }

  /**
   * Ask for something that gives a ticket, perhaps. What the server tells meanwhile waits, so that an answer that is
   * overtaken by its own progress still comes to its place.
   */
  async ask(method, url, body) {
    this.asking += 1;
    try {
      const answer = await send(method, url, body, newKey());
      if (answer.kind === "ticket") {
        this.wanted.add(answer.ticket.id);
        this.#take(answer.ticket, { isNew: true });
      }
      return answer;
    } finally {
      this.asking -= 1;
      if (!this.asking) for (const [kind, ticket] of this.held.splice(0)) this.heard(kind, ticket);
    }
  }

  /** The server tells how far a request is, or how it ended. */
  heard(kind, ticket) {
    if (this.asking && !this.tickets.has(ticket.id)) this.held.push([kind, ticket]);
    else this.#take(ticket, { isNew: false });
  }

  /** The stream of events has begun anew: find out what became of requests meanwhile. */
  async catchUp(open) {
    const waiting = Array.from(this.tickets, ([id, { ended }]) => (ended || open.includes(id) ? null : id));
    for (const id of waiting.filter((one) => one !== null)) {
      try {
        this.#take((await get(`/api/requests/${id}`)).ticket, { isNew: false });
      } catch (error) {
        if (!error.status) throw error;
        this.tickets.get(id).ended = true;
        this.tickets.get(id).card.complain(error.message);
      }
    }
  }

  /** Show a piece: where it is, or else at the end or before another message. */
  showPiece(piece, before = null) {
    const card = this.pieces.get(piece.id) ?? new Card(this.deeds);
    card.showPiece(piece);
    if (!this.pieces.has(piece.id)) {
      this.pieces.set(piece.id, card);
      this.tickets.set(piece.ticket_id, { card, ended: true });
      this.conversation.add(card.element, before);
    }
    return card;
  }

  /** Show an earlier piece of the person's own, with the line that asked for it. */
  showEarlier(piece, before) {
    if (this.tickets.has(piece.ticket_id)) return;
    this.#addLine(piece, before);
    this.showPiece(piece, before);
  }

  /** The cards with pieces, from top to bottom. */
  shown() {
    const cards = Array.from(this.pieces.values());
    return cards.sort((one, other) => (one.element.compareDocumentPosition(other.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  }

  /** Forget everything that is shown. */
  clear() {
    for (const { player } of this.pieces.values()) player?.pause();
    this.tickets.clear();
    this.pieces.clear();
    this.wanted.clear();
  }

  #take(ticket, { isNew }) {
    const known = this.tickets.get(ticket.id) ?? this.#addCard(ticket, isNew);
    if (known.ended) return;
    known.card.showTicket(ticket);
    known.ended = ["delivered", "failed", "cancelled"].includes(ticket.state);
    if (!known.ended) return;
    if (ticket.piece) this.#finished(ticket, known.card);
    else announce(`${ticket.title}: ${ticket.sentence}`);
  }

  #addCard(ticket, isNew) {
    // A request from another window, or from before this page was loaded.
    if (!isNew) this.#addLine(ticket);
    const known = { card: new Card(this.deeds), ended: false };
    this.tickets.set(ticket.id, known);
    this.conversation.add(known.card.element);
    return known;
  }

  #addLine(asked, before = null) {
    const { text, file } = lineOf(asked);
    this.conversation.addOwn(text, file, before);
  }

  #finished(ticket, card) {
    this.pieces.set(ticket.piece.id, card);
    announce(`${ticket.piece.headline} is ready.`);
    // Whoever asked here and listens to nothing else wants to hear it now.
    if (this.wanted.delete(ticket.id) && !somethingPlays()) card.player.play();
    this.world.changed();
  }

  async #follow(piece, action) {
    this.conversation.addOwn(lineOf({ ...piece, action, parent_id: piece.id }).text);
    this.conversation.follow();
    await this.#trying(() => this.ask("POST", piece.urls[action]));
  }

  async #cancel(ticket) {
    this.#take((await send("DELETE", ticket.url)).ticket, { isNew: false });
  }

  async #rate(piece, vote) {
    this.showPiece((await send("PUT", piece.urls.rating, { vote })).piece);
    this.world.changed();
  }

  async #trying(deed) {
    try {
      await deed();
    } catch (error) {
      this.world.complain(error);
    }
  }
}
