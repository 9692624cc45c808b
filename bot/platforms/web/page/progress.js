/** A bar with a sentence below it and a way out, for everything that takes a while. */

import { el, newId, set } from "./dom.js";

/** Shows how far something is. */
export class ProgressBar {
  /**
   * @param {string} title what is under way, for screen readers
   * @param {() => void} cancel
   */
  constructor(title, cancel) {
    /** The id that the heading of what is under way must have. */
    this.label = newId("progress");
    this.fill = el("div.fill");
    this.bar = el("div.bar", { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-labelledby": this.label }, this.fill);
    this.status = el("p.status");
    const button = el("button.quiet", { type: "button", "aria-label": `Cancel ${title}`, onclick: cancel }, "Cancel");
    this.nodes = [this.bar, el("div.progress-line", {}, this.status, button)];
  }

  /**
   * @param {number|null} share of the work done; null while nothing is known of it
   * @param {string} text how far it is, perhaps with a bar of its own
   */
  show(share, text) {
    const percent = Math.round((share ?? 0) * 100);
    this.fill.style.width = `${percent}%`;
    set(this.bar, "aria-valuenow", share === null ? null : percent);
    const words = text.replace(/^[▰▱]+\s*/u, "");
    this.status.textContent = words.charAt(0).toUpperCase() + words.slice(1);
  }
}
