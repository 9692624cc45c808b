/** What was said: own lines at the right, answers at the left, the newest at the bottom. */

import { announce, byId, el, icon } from "./dom.js";

const NEAR = 120;

/** The messages on the page; what they mean is the affair of others. */
export class Conversation {
  constructor() {
    this.log = byId("log");
    this.messages = byId("messages");
    this.sticky = true;
    this.log.addEventListener("scroll", () => { this.sticky = this.#isNearEnd(); }, { passive: true });
    const observer = new ResizeObserver(() => {
      if (this.sticky) this.#toEnd();
    });
    observer.observe(this.messages);
    observer.observe(this.log);
  }

  /** Remove everything. */
  clear() {
    this.messages.replaceChildren();
  }

  /**
   * A line of the person's own.
   * @param {string} text
   * @param {string|null} file name of what was attached
   * @param {Node|null} before where it goes; the end if null
   */
  addOwn(text, file = null, before = null) {
    const bubble = el("div.bubble", {}, file && el("span.file", {}, icon("attach"), el("span", {}, file)), text || null);
    const message = el("div.message.own", {}, el("span.unseen", {}, "You: "), bubble);
    return this.#insert(message, before);
  }

  /** An answer; returns its message, so that it can be removed again. */
  add(node, before = null) {
    return this.#insert(el("div.message.reply", {}, el("span.unseen", {}, "SchumaNN: "), node), before);
  }

  /** An answer in words, told to screen readers too. */
  say(sentence, kind = "said") {
    announce(sentence);
    return this.add(el(`p.bubble.${kind}`, {}, sentence));
  }

  /** Bring a message into sight and point at it. */
  pointAt(node) {
    this.sticky = false;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("pointed-at");
    requestAnimationFrame(() => node.classList.add("pointed-at"));
  }

  /** The message that a node is in, or the person's own line before it. */
  beginningOf(node) {
    const message = node.closest(".message");
    const before = message.previousElementSibling;
    return before?.classList.contains("own") ? before : message;
  }

  /** Follow what comes, from the end. */
  follow() {
    this.sticky = true;
    this.#toEnd();
  }

  /** Insert messages at the top without moving what is being read. */
  keepingPlace(insert) {
    const fromEnd = this.log.scrollHeight - this.log.scrollTop;
    insert();
    this.log.scrollTop = this.log.scrollHeight - fromEnd;
  }

  #insert(message, before) {
    this.messages.insertBefore(message, before);
    if (!before && this.sticky) this.#toEnd();
    return message;
  }

  #isNearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}
