/** Answers to commands that are not music: help, facts, settings, privacy. Each is a node for the conversation. */

import { el, newId } from "./dom.js";

const MARK = new URL("favicon.svg", import.meta.url).pathname;
const SETTINGS = {
  longest_seconds: ["Longest piece, in seconds", 5, 600],
  per_user_hour: ["Pieces one person may ask for in an hour", 1, 1000],
  per_guild_hour: ["Pieces all together may ask for in an hour", 1, 10000],
};

/** What stands at the top of an empty conversation. */
export function welcome(examples, run) {
  return el("section.welcome", {},
    el("img", { src: MARK, alt: "", width: 64, height: 64 }),
    el("h2", {}, "What shall I play?"),
    el("p", {}, "I continue piano music: name a beginning, write a few notes, or drop a MIDI file anywhere on this page. I go on from there, and you listen."),
    el("ul.examples", {}, ...examples.map(([name, line]) => el("li", {}, el("button.example", { type: "button", onclick: () => run(line) }, el("span", {}, name), el("code", {}, line))))));
}

/** Help, with the commands as code and the examples to click. */
export function help(text, run) {
  return el("div.help", {}, ...text.split("\n").filter(Boolean).map((line) => helpLine(line, run)));
}

function helpLine(line, run) {
  const example = line.match(/^\/compose\s+\S+:.*$/u);
  if (example) return el("button.example", { type: "button", onclick: () => run(line) }, el("code", {}, line));
  const entry = line.match(/^(\/\w+) - (.*)$/u) ?? line.match(/^([a-z_]+): (.*)$/u);
  return entry ? el("p.entry", {}, el("code", {}, entry[1]), el("span", {}, entry[2])) : el("p", {}, line);
}

/** Lines of "name: value" as a list of facts. */
export function about(text) {
  const pairs = text.split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]);
  return el("dl.about", {}, ...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/**
 * @param {{settings: Object, may_change: boolean}} answer
 * @param {(changes: Object) => Promise<string>} save resolves to what to say about it
 */
export function settings(answer, save) {
  const said = el("p.said", { role: "status" });
  const fields = Object.entries(SETTINGS).filter(([name]) => name in answer.settings).map(([name, [label, min, max]]) => {
    const id = newId("setting");
    const input = el("input", { id, name, type: "number", min, max, step: 1, value: answer.settings[name], required: true, disabled: !answer.may_change });
    return el("div.field", {}, el("label", { for: id }, label), input);
  });
  const form = el("form.settings", {}, ...fields, answer.may_change ? el("button.action", { type: "submit" }, "Save") : null, said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = Array.from(new FormData(form), ([name, value]) => [name, Number(value)]);
    said.textContent = await save(Object.fromEntries(values.filter(([name, value]) => value !== answer.settings[name])));
  });
  return form;
}

/** Everything stored about somebody, as it is. */
export function privacy(report, askToDelete) {
  return el("div.privacy", {},
    el("p", {}, "This is everything stored about you. Nothing of it leaves this computer by itself."),
    el("pre", { tabindex: 0, "aria-label": "Everything stored about you" }, JSON.stringify(report, null, 2)),
    el("button.action", { type: "button", onclick: askToDelete }, "Delete all of it …"));
}

/** A question with two ways out. */
export function confirmation(sentence, proceed) {
  const buttons = el("div.actions", {},
    el("button.action.danger", { type: "button", onclick: () => { buttons.remove(); proceed(); } }, "Delete everything"),
    el("button.action", { type: "button", onclick: () => { buttons.replaceWith(el("p", {}, "Nothing was deleted.")); } }, "Keep it"));
  return el("div.confirmation", {}, el("p", {}, sentence), buttons);
}
