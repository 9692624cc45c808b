/** Suggestions while a line is typed: commands, names of options, openers, values. */

import { get } from "./api.js";
import { el, newId, set } from "./dom.js";

const COMMANDS = [
  ["/compose", "Continue an opener, notes or a MIDI file"],
  ["/openers", "Beginnings that can be continued"],
  ["/history", "Your pieces"],
  ["/top", "The best rated pieces"],
  ["/piece", "Show a piece again"],
  ["/settings", "What holds here"],
  ["/privacy", "What is stored about you"],
  ["/retrain", "Teach the network what people like"],
  ["/model", "Which network composes"],
  ["/about", "Version, network, queue"],
  ["/help", "How to ask for a piece"],
];
const OPTIONS = [
  ["seed:", "What to continue"],
  ["length:", "Seconds of the whole piece"],
  ["tempo:", "Quarter notes a minute"],
  ["temperature:", "Boldness, 0.1 to 2"],
  ["random_seed:", "The same number, the same piece"],
  ["key:", "Of the whole piece"],
  ["mode:", "major or minor"],
  ["density:", "How many notes a second"],
  ["register:", "How high"],
  ["dynamics:", "How loud"],
  ["creativity:", "How far from the seed, 0 to 100"],
  ["style:", "Whose music it is like"],
  ["engine:", "notes, or roll as in 2016"],
];
const VALUES = {
  length: [["15", "seconds"], ["30", "seconds"], ["60", "one minute"], ["120", "two minutes"]],
  temperature: [["0.8", "plainer"], ["1", "usual"], ["1.2", "bolder"]],
  key: [["C", "as the seed, major or minor"], ["F#m", "F sharp minor"], ["Bb", "B flat"], ["Ebm", "E flat minor"]],
  mode: [["major", "bright"], ["minor", "dark"]],
  density: [["sparse", "2 notes a second"], ["normal", "5"], ["dense", "10"]],
  register: [["low", "around D3"], ["middle", "D4"], ["high", "D5"], ["-12", "an octave down"], ["+12", "an octave up"]],
  dynamics: [["pp", "very soft"], ["p", "soft"], ["mp", ""], ["mf", ""], ["f", "loud"], ["ff", "very loud"]],
  creativity: [["plain", "close to the seed"], ["balanced", "usual"], ["bold", "far from it"]],
  style: [
    ["baroque", "era"], ["classical", "era"], ["romantic", "era"], ["late-romantic", "era"], ["impressionist", "era"],
    ["ragtime", "era"], ["bach", ""], ["handel", ""], ["scarlatti", ""], ["haydn", ""], ["mozart", ""], ["beethoven", ""],
    ["schubert", ""], ["chopin", ""], ["schumann", ""], ["mendelssohn", ""], ["liszt", ""], ["brahms", ""],
    ["mussorgsky", ""], ["tchaikovsky", ""], ["grieg", ""], ["scriabin", ""], ["rachmaninoff", ""], ["albéniz", ""],
    ["granados", ""], ["debussy", ""], ["ravel", ""], ["satie", ""], ["joplin", ""],
  ],
  engine: [["notes", "note by note"], ["roll", "frame by frame, as in 2016"]],
};
const WORDS = {
  privacy: [
    ["show", "Everything stored about you"], ["delete", "Delete all of it"],
    ["training on", "The network may learn from your pieces"], ["training off", "It may not"],
  ],
  retrain: [["dry_run:on", "Only see what it would learn from"], ["cancel", "End the one under way"]],
  model: [["list", "All networks"], ["info", "Everything about one"], ["use", "Let this one compose"], ["rollback", "Back to the one before"]],
};
const MOST = 8;

/**
 * @typedef {Object} Choice
 * @property {string} label what is shown
 * @property {string} note beside it
 * @property {string} line the whole line once it is chosen
 */

/**
 * What could come next.
 * @param {string} line up to the cursor
 * @param {(text: string) => Promise<Array<{slug: string, label: string}>>} findOpeners
 * @returns {Promise<{choices: Choice[], first: boolean}>} first: whether Enter takes the first one
 */
export async function suggest(line, findOpeners) {
  const word = line.match(/^\/(\S*)$/u);
  if (word) {
    const choices = starting(COMMANDS, line).map(([name, note]) => ({ label: name, note, line: `${name} ` }));
    return { choices, first: !COMMANDS.some(([name]) => name === line.toLowerCase()) };
  }
  const model = line.match(/^\/model\s+(?:use|info)\s+(\S*)$/iu);
  if (model) return { choices: replacing(line, model[1], await models()), first: false };
  const words = line.match(/^\/(privacy|retrain|model)\s+(.*)$/iu);
  if (words) return { choices: replacing(line, words[2], WORDS[words[1].toLowerCase()]), first: false };
  const compose = line.match(/^\/compose\s+(.*)$/iu);
  return { choices: compose ? await forCompose(line, compose[1], findOpeners) : [], first: false };
}

async function forCompose(line, rest, findOpeners) {
  const value = rest.match(/(?:^|\s)(\w+):()([^\s"]*)$/u) ?? rest.match(/(?:^|\s)(seed):(")([^"]*)$/u);
  if (value) return valuesFor(line, value, findOpeners);
  const last = rest.match(/\S*$/u)[0];
  const unused = OPTIONS.filter(([name]) => !rest.includes(name));
  const options = starting(unused, last).map(([name, note]) => ({ label: name, note, line: cut(line, last) + name }));
  if (!last || /seed:/iu.test(rest)) return options;
  const openers = await findOpeners(last);
  return [...options, ...openers.map((opener) => chosenOpener(opener, `${cut(line, last)}seed:`))].slice(0, MOST);
}

async function valuesFor(line, [, name, quote, typed], findOpeners) {
  const before = cut(line, quote + typed);
  if (name === "seed") return (await findOpeners(typed)).slice(0, MOST).map((opener) => chosenOpener(opener, before));
  return replacing(line, typed, VALUES[name] ?? []);
}

function chosenOpener(opener, before) {
  return { label: opener.label, note: opener.slug, line: `${before}${opener.slug} ` };
}

function replacing(line, typed, pairs) {
  const fitting = starting(pairs, typed).filter(([value]) => value !== typed);
  return fitting.map(([value, note]) => ({ label: value, note, line: `${cut(line, typed)}${value} ` }));
}

function starting(pairs, text) {
  return pairs.filter(([name]) => name.startsWith(text.toLowerCase()));
}

function cut(line, end) {
  return line.slice(0, line.length - end.length);
}

/** The list above the message line; the line itself keeps the focus. */
export class Completion {
  /**
   * @param {HTMLInputElement} line
   * @param {HTMLElement} list
   */
  constructor(line, list) {
    this.line = line;
    this.list = list;
    this.choices = [];
    this.active = -1;
    this.latest = 0;
    line.addEventListener("input", () => this.update());
    line.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.#take(Array.from(list.children).indexOf(item));
    });
  }

  /** @returns {boolean} whether the key was meant for the list */
  handle(event) {
    if (this.list.hidden || event.isComposing) return false;
    if (event.key === "ArrowDown") this.#activate((this.active + 1) % this.choices.length);
    else if (event.key === "ArrowUp") this.#activate(this.active <= 0 ? this.choices.length - 1 : this.active - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" && !event.shiftKey) this.#take(Math.max(this.active, 0));
    else if (event.key === "Enter" && this.active >= 0) this.#take(this.active);
    else return false;
    event.preventDefault();
    return true;
  }

  /** Look again at what is typed. */
  async update() {
    const turn = ++this.latest;
    const atEnd = this.line.selectionStart === this.line.value.length;
    const { choices, first } = atEnd ? await suggest(this.line.value, openersLike) : { choices: [], first: false };
    if (turn === this.latest) this.#show(choices, first ? 0 : -1);
  }

  /** Suggest nothing until more is typed. */
  close() {
    this.latest += 1;
    this.#show([], -1);
  }

  #show(choices, active) {
    this.choices = choices;
    this.list.replaceChildren(...choices.map(({ label, note }) =>
      el("li", { role: "option", id: newId("choice"), "aria-selected": "false" }, el("span", {}, label), el("small", {}, note))));
    this.list.hidden = !choices.length;
    set(this.line, "aria-expanded", String(choices.length > 0));
    this.#activate(choices.length ? active : -1);
  }

  #activate(index) {
    this.active = index;
    const items = Array.from(this.list.children);
    items.forEach((item, place) => set(item, "aria-selected", String(place === index)));
    set(this.line, "aria-activedescendant", items[index]?.id ?? null);
    items[index]?.scrollIntoView({ block: "nearest" });
  }

  #take(index) {
    this.line.value = this.choices[index].line;
    this.line.focus();
    this.line.setSelectionRange(this.line.value.length, this.line.value.length);
    this.update();
  }
}

/** Suggestions are a help: where the server cannot be asked, there are none. */
async function openersLike(text) {
  try {
    return (await get(`/api/openers?text=${encodeURIComponent(text)}`)).openers;
  } catch {
    return [];
  }
}

/** Networks by their ids; for those alone who may choose among them. */
async function models() {
  try {
    return (await get("/api/models")).models.map(({ id, is_current, state }) => [id, is_current ? "composes now" : state]);
  } catch {
    return [];
  }
}
