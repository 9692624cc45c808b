/** The page: puts its parts together. */

import * as answers from "./answers.js";
import { get, send } from "./api.js";
import { Conversation } from "./conversation.js";
import { byId, el } from "./dom.js";
import { Events } from "./events.js";
import { later } from "./format.js";
import { Line } from "./line.js";
import { openerList, pieceList } from "./lists.js";
import { Panel } from "./panel.js";
import { lineForOpener, optionsOf } from "./requests.js";
import { Retraining } from "./retraining.js";
import { Studio } from "./studio.js";

const EXAMPLES = [
  ["Dream on with Schumann", "/compose seed:schumann length:30"],
  ["A bolder nocturne", "/compose seed:chopin length:60 temperature:1.2"],
  ["A different Für Elise", '/compose seed:"Für Elise" length:45'],
  ["From a few notes of mine", '/compose seed:"C5q E5q G5h A5q F5q C5h" length:30'],
];
const CONNECTION = {
  on: "",
  off: "Reconnecting …",
  elsewhere: "This chat is open in several other windows; reload this one to go on here.",
};

const conversation = new Conversation();
const studio = new Studio(conversation, { complain, changed: () => panel.refresh("history", "top") });
const retraining = new Retraining(conversation, { complain, run });
const line = new Line(submit, (sentence) => conversation.say(sentence, "trouble"));
const panel = new Panel((piece) => show(piece), (opener) => line.write(lineForOpener(opener.slug)));
let hero = null;

/** Answers by their kind: what is shown for each. */
const SHOWN = {
  ticket: () => {},
  piece: ({ piece }) => show(piece),
  openers: ({ openers }) => conversation.add(el("div.bubble.wide", {}, openerList(openers, (opener) => line.write(lineForOpener(opener.slug))))),
  history: ({ pieces }) => list(pieces, "You have not asked for a piece yet.", false),
  top: ({ pieces }) => list(pieces, "Nobody has rated a piece yet.", true),
  help: ({ text }) => conversation.add(el("div.bubble.wide", {}, answers.help(text, run))),
  about: ({ text }) => conversation.add(el("div.bubble.wide", {}, answers.about(text))),
  settings: (answer) => conversation.add(el("div.bubble.wide", {}, answers.settings(answer, saveSettings))),
  privacy: ({ report }) => conversation.add(el("div.bubble.wide", {}, answers.privacy(report, () => run("/privacy delete")))),
  consent: ({ sentence }) => conversation.say(sentence),
  retraining: (answer) => retraining.showPlan(answer),
  run: (answer) => retraining.show(answer.run),
  models: (answer) => retraining.showModels(answer.models),
  model: (answer) => retraining.showModel(answer),
  confirm: (answer) => conversation.add(el("div.bubble.wide", {}, answers.confirmation(answer.sentence, () => forget(answer)))),
};

/** Do what a line says, as if it had been typed. */
function run(text) {
  line.remember(text);
  submit(text, null);
}

async function submit(text, file) {
  beginConversation();
  conversation.addOwn(text, file?.name ?? null);
  conversation.follow();
  try {
    const answer = await (file ? studio.ask("POST", "/api/requests", form(text, file)) : studio.ask("POST", "/api/command", { text }));
    SHOWN[answer.kind](answer);
  } catch (error) {
    complain(error);
  }
  line.focus();
}

function form(text, file) {
  const fields = new FormData();
  for (const [name, value] of optionsOf(text)) fields.append(name, value);
  fields.append("midi", file, file.name);
  return fields;
}

function complain(error) {
  const again = error.retryAt ? ` You can try again ${later(error.retryAt)}.` : "";
  conversation.say(error.message + again, "trouble");
}

function show(piece) {
  const isThere = studio.pieces.has(piece.id);
  const card = studio.showPiece(piece);
  if (isThere) conversation.pointAt(card.element);
  else conversation.follow();
}

function list(pieces, empty, ranked) {
  if (!pieces.length) conversation.say(empty);
  else conversation.add(el("div.bubble.wide", {}, pieceList(pieces, show, { ranked })));
}

async function saveSettings(changes) {
  if (!Object.keys(changes).length) return "Nothing was changed.";
  try {
    await send("PATCH", "/api/settings", changes);
    return "Saved.";
  } catch (error) {
    return error.message;
  }
}

async function forget({ method, url, body }) {
  try {
    const { sentence } = await send(method, url, body);
    studio.clear();
    retraining.clear();
    conversation.clear();
    greet();
    conversation.say(sentence);
    panel.refresh("history", "top");
  } catch (error) {
    complain(error);
  }
}

/** The greeting makes way. */
function beginConversation() {
  hero?.remove();
  hero = null;
}

function greet() {
  hero = conversation.add(answers.welcome(EXAMPLES, run));
  hero.classList.add("greeting");
}

/** Earlier pieces, a page at a time, above what is there. */
async function restore(page) {
  const { pieces, more } = await get(`/api/history?page=${page}`);
  const first = conversation.messages.firstChild;
  conversation.keepingPlace(() => {
    if (more) {
      const earlier = el("button.action.earlier", { type: "button" }, "Show earlier pieces");
      const place = el("div.message.centre", {}, earlier);
      conversation.messages.insertBefore(place, first);
      earlier.addEventListener("click", () => {
        place.remove();
        restore(page + 1).catch(complain);
      });
    }
    for (const piece of pieces.toReversed()) studio.showEarlier(piece, first);
  });
  return pieces.length > 0;
}

/** What ended while nobody listened: between loading the page and the stream, or while the server was away. */
async function catchUp({ open }) {
  try {
    await studio.catchUp(open);
    const { pieces } = await get("/api/history?page=1");
    const missed = pieces.filter((piece) => !studio.asking && !studio.tickets.has(piece.ticket_id));
    if (missed.length) beginConversation();
    for (const piece of missed.toReversed()) studio.showEarlier(piece, null);
    await retraining.catchUp();
  } catch (error) {
    complain(error);
  }
}

/** Where what ended before some of the pieces here stands among them; at the end otherwise. */
function placeOf(run) {
  if (!run.ended_at) return null;
  const later = studio.shown().find(({ piece }) => new Date(piece.created_at) > new Date(run.ended_at));
  return later ? conversation.beginningOf(later.element) : null;
}

function listen() {
  new Events({
    ticket: (kind, ticket) => {
      beginConversation();
      studio.heard(kind, ticket);
    },
    run: (run) => {
      beginConversation();
      retraining.heard(run, placeOf(run));
    },
    hello: catchUp,
    connection: (state) => {
      byId("connection").textContent = CONNECTION[state];
      byId("connection").hidden = !CONNECTION[state];
    },
  });
}

async function start() {
  // How this page was reached is nothing to bookmark.
  if (location.search) history.replaceState(null, "", location.pathname);
  byId("help").addEventListener("click", () => run("/help"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea")) return;
    event.preventDefault();
    line.write("/");
    line.completion.update();
  });
  line.focus();
  try {
    if (!(await restore(1))) greet();
    conversation.follow();
  } catch (error) {
    complain(error);
  }
  listen();
}

start();
