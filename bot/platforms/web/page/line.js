/** The message line: sending, recalling earlier lines, and a MIDI file attached by button, drop or paste. */

import { Completion } from "./completion.js";
import { byId, el, icon } from "./dom.js";

const LARGEST_FILE = 1024 * 1024;
const PLACEHOLDER = "/compose seed:schumann length:30";
const MIDI_NAME = /\.(midi?|kar|smf|rmi)$/iu;

/** Where people type. */
export class Line {
  /**
   * @param {(text: string, file: File|null) => void} submit
   * @param {(sentence: string) => void} complain
   */
  constructor(submit, complain) {
    this.submit = submit;
    this.complain = complain;
    this.input = byId("line");
    this.file = null;
    this.sent = [];
    this.place = 0;
    this.completion = new Completion(this.input, byId("choices"));
    byId("attach").append(icon("attach"));
    byId("send").append(icon("send"));
    this.#listen();
  }

  /** Put a line there, to be changed or sent. */
  write(text) {
    this.input.value = text;
    this.focus();
    this.input.setSelectionRange(text.length, text.length);
  }

  /** On a phone, focus would bring up the keyboard over what is to be read. */
  focus() {
    if (matchMedia("(pointer: fine)").matches) this.input.focus({ preventScroll: true });
  }

  /** Remember a line that was sent from elsewhere. */
  remember(text) {
    if (text && this.sent.at(-1) !== text) this.sent.push(text);
    this.place = this.sent.length;
  }

  /** Take a file, if it can be a MIDI file. */
  attach(file) {
    if (file.size > LARGEST_FILE) {
      this.complain("This file is larger than 1 MiB; please choose a smaller MIDI file.");
      return;
    }
    this.#show(file);
    this.focus();
  }

  #show(file) {
    this.file = file;
    const place = byId("attachment");
    place.hidden = !file;
    this.input.placeholder = file ? "length:60, or just press Enter" : PLACEHOLDER;
    if (!file) {
      place.replaceChildren();
      return;
    }
    const remove = el("button.round", { type: "button", "aria-label": `Remove ${file.name}`, onclick: () => this.#show(null) }, icon("close"));
    place.replaceChildren(icon("attach"), el("span", {}, file.name), remove);
  }

  #listen() {
    byId("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.input.addEventListener("keydown", (event) => {
      if (!this.completion.handle(event)) this.#recall(event);
    });
    byId("attach").addEventListener("click", () => byId("file").click());
    byId("file").addEventListener("change", (event) => {
      if (event.target.files.length) this.attach(event.target.files[0]);
      event.target.value = "";
    });
    document.addEventListener("paste", (event) => this.#takeFrom(event.clipboardData, event));
    this.#listenToDrops();
  }

  #send() {
    const text = this.input.value.trim();
    if (!text && !this.file) return;
    const file = this.file;
    this.remember(text);
    this.input.value = "";
    this.completion.close();
    this.#show(null);
    this.submit(text, file);
  }

  /** Arrow up brings back what was sent, as in a shell. */
  #recall(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const place = this.place + step;
    if (place < 0 || place > this.sent.length) return;
    event.preventDefault();
    this.place = place;
    this.input.value = this.sent[place] ?? "";
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  #listenToDrops() {
    let depth = 0;
    const cover = (shown) => { byId("drop").hidden = !shown; };
    const holdsFiles = (event) => Array.from(event.dataTransfer?.types ?? []).includes("Files");
    document.addEventListener("dragenter", (event) => {
      if (!holdsFiles(event)) return;
      depth += 1;
      cover(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!holdsFiles(event)) return;
      depth = Math.max(0, depth - 1);
      cover(depth > 0);
    });
    document.addEventListener("dragover", (event) => {
      if (holdsFiles(event)) event.preventDefault();
    });
    document.addEventListener("drop", (event) => {
      depth = 0;
      cover(false);
      this.#takeFrom(event.dataTransfer, event);
    });
  }

  /** Of several files the first that is called like a MIDI file, or else the first. */
  #takeFrom(transfer, event) {
    const files = Array.from(transfer?.files ?? []);
    if (!files.length) return;
    event.preventDefault();
    this.attach(files.find((file) => MIDI_NAME.test(file.name)) ?? files[0]);
  }
}
