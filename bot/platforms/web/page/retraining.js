/** Retraining: the plan, how it goes, what came of it, and the networks that there are. */

import { get, newKey, send } from "./api.js";
import { announce, el, newId } from "./dom.js";
import { when } from "./format.js";
import { Player } from "./player.js";
import { ProgressBar } from "./progress.js";

const ENDS = {
  passed: "The new network is on trial",
  kept: "The present network stays",
  failed: "This did not work out",
  cancelled: "Cancelled",
  stopped: "Stopped",
};
const ROLES = { base: "base", "on trial": "on trial", kept: "kept", damaged: "damaged" };
const MADE_BY = { new: "the new network", current: "the present one" };

/** Knows which card shows which run. */
export class Retraining {
  /**
   * @param {import("./conversation.js").Conversation} conversation
   * @param {{complain: (error: Error) => void, run: (line: string) => void}} world
   */
  constructor(conversation, world) {
    this.conversation = conversation;
    this.world = world;
    this.cards = new Map();
  }

  /** What would be learnt from, with a button to start; and the run under way, if there is one. */
  showPlan({ plan, run, may_start: mayStart }) {
    const title = newId("plan");
    const start = mayStart ? el("button.action.start", { type: "button" }, "Start the retraining") : null;
    const card = el("article.card.plan", { "aria-labelledby": title },
      heading("What the network would learn from", title), figures(plan), ...lines(afterFirst(plan.text)), start && el("div.actions", {}, start));
    start?.addEventListener("click", () => this.#start(start));
    this.conversation.add(card);
    if (run?.state === "running") this.show(run);
  }

  /** A run, where it is shown already or else at the end. */
  show(run) {
    const isThere = this.cards.has(run.id);
    const card = this.#cardOf(run, null);
    card.show(run);
    // The stream may have told of one that was started here before its answer came.
    if (isThere && run.state !== "running") this.conversation.pointAt(card.element);
    else this.conversation.follow();
  }

  /** The server tells how far a run is, or how it ended. */
  heard(run, before) {
    const card = this.#cardOf(run, before);
    const wasRunning = card.state === "running";
    card.show(run);
    if (wasRunning && run.state !== "running") announce(`Retraining: ${run.sentence ?? ENDS[run.state]}`);
  }

  /** The stream of events has begun anew: find out what became of runs meanwhile. */
  async catchUp() {
    for (const [id, card] of this.cards) {
      if (card.state === "running") card.show((await get(`/api/retraining/${id}`)).run);
    }
  }

  /** Every network that may compose. */
  showModels(models) {
    const row = (model) => el("tr", { class: model.is_current ? "current" : null },
      el("th", { scope: "row" }, el("code", {}, model.id)),
      el("td", {}, model.is_current ? "composes now" : ROLES[model.state]),
      el("td.votes-on", {}, `${model.pieces} piece${model.pieces === 1 ? "" : "s"} · 👍 ${model.up} 👎 ${model.down}`),
      el("td.choose", {}, model.is_current || model.state === "damaged" ? null : this.#lineButton("Use", `/model use ${model.id}`)));
    const head = el("tr", {}, ...["Network", "Role", "Composed"].map((name) => el("th", { scope: "col" }, name)), el("td"));
    const table = el("table.measures.models", {}, el("caption.unseen", {}, "Networks"), el("thead", {}, head), el("tbody", {}, ...models.map(row)));
    const back = models.length > 1 ? el("div.actions", {}, this.#lineButton("Go back to the one before", "/model rollback")) : null;
    this.conversation.add(el("div.bubble.wide.networks", {}, el("div.scroll", { tabindex: 0, role: "group", "aria-label": "Networks" }, table), back));
  }

  /** Everything about one of them. */
  showModel({ model, text }) {
    const gates = model.report ? gateTable(model.report.gates) : null;
    const said = gates ? text.split("\n").filter((line) => !/^[✓✗○]/u.test(line)).join("\n") : text;
    this.conversation.add(el("div.bubble.wide.networks", {}, ...lines(said), gates));
  }

  /** Forget everything that is shown. */
  clear() {
    this.cards.clear();
  }

  async #start(button) {
    button.disabled = true;
    try {
      const { run } = await send("POST", "/api/retraining", undefined, newKey());
      button.parentElement.remove();
      this.show(run);
      this.cards.get(run.id).element.focus({ preventScroll: true });
    } catch (error) {
      button.disabled = false;
      this.world.complain(error);
    }
  }

  async #cancel(run) {
    try {
      this.#cardOf(run, null).show((await send("DELETE", run.url)).run);
    } catch (error) {
      this.world.complain(error);
    }
  }

  #cardOf(run, before) {
    if (!this.cards.has(run.id)) {
      this.cards.set(run.id, new RunCard(() => this.#cancel(run)));
      this.conversation.add(this.cards.get(run.id).element, before);
    }
    return this.cards.get(run.id);
  }

  #lineButton(name, line) {
    return el("button.action", { type: "button", title: line, onclick: () => this.world.run(line) }, name);
  }
}

/** One run in the conversation: its progress, later its report. */
class RunCard {
  constructor(cancel) {
    this.cancel = cancel;
    this.state = null;
    this.element = el("article.card.run", { tabindex: -1 });
  }

  /** Show it as it stands; what has ended stays as it ended. */
  show(run) {
    if (this.state && this.state !== "running") return;
    if (run.state === "running") this.#showProgress(run);
    else this.#showEnd(run);
    this.state = run.state;
  }

  #showProgress(run) {
    if (!this.bar) {
      this.bar = new ProgressBar("the retraining", this.cancel);
      this.element.replaceChildren(heading("Retraining", this.bar.label, run), ...this.bar.nodes);
    }
    this.bar.show(run.share, run.text);
  }

  #showEnd(run) {
    const title = newId("run");
    this.element.classList.add("ended", run.state);
    this.element.setAttribute("aria-labelledby", title);
    const gates = run.report?.gates.length ? gateTable(run.report.gates) : null;
    const hadFocus = this.element.contains(document.activeElement);
    const parts = [heading(ENDS[run.state], title, run), run.sentence && el("p", {}, run.sentence), gates, cost(run), samples(run)];
    this.element.replaceChildren(...parts.filter(Boolean));
    if (hadFocus) this.element.focus({ preventScroll: true });
  }
}

function heading(title, id, run = null) {
  const number = run && el("span.number", { title: `Began ${when(run.started_at)}` }, `Retraining ${run.id}`);
  return el("div.heading", {}, el("h2", { id }, title), number);
}

/** All lines but the first, which tells the numbers. */
function afterFirst(text) {
  return text.slice(text.indexOf("\n") + 1);
}

/** The numbers of a plan, large. */
function figures(plan) {
  const pairs = [["liked", plan.liked], ["disliked", plan.disliked], [plan.votes === 1 ? "vote" : "votes", plan.votes], [plan.voters === 1 ? "listener" : "listeners", plan.voters]];
  return el("dl.figures", {}, ...pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** Lines of text as paragraphs, and those with a bullet as lists. */
function lines(text) {
  const nodes = [];
  for (const line of text.split("\n").filter(Boolean)) {
    const item = line.match(/^• (.*)$/u);
    if (!item) nodes.push(el("p", {}, line));
    else if (nodes.at(-1)?.tagName === "UL") nodes.at(-1).append(el("li", {}, item[1]));
    else nodes.push(el("ul.points", {}, el("li", {}, item[1])));
  }
  return nodes;
}

/** Every measure before and after. */
function gateTable(gates) {
  const row = (gate) => el(`tr.${gate.passed ? "good" : gate.optional ? "open" : "bad"}`, { title: gate.sentence || null },
    el("th", { scope: "row" }, gate.title, !gate.passed && gate.sentence ? el("small", {}, gate.sentence) : null), el("td", {}, gate.before_text), el("td", {}, gate.after_text),
    el("td.verdict", {}, el("span", { "aria-hidden": "true" }, gate.passed ? "✓" : gate.optional ? "○" : "✗"), el("span.unseen", {}, gate.passed ? "passed" : gate.optional ? "left out" : "failed")));
  const head = el("tr", {}, ...["Measure", "Before", "After"].map((name) => el("th", { scope: "col" }, name)), el("th", { scope: "col" }, el("span.unseen", {}, "Verdict")));
  const table = el("table.measures", {}, el("caption.unseen", {}, "Measures before and after"), el("thead", {}, head), el("tbody", {}, ...gates.map(row)));
  return el("div.scroll", { tabindex: 0, role: "group", "aria-label": "Measures before and after" }, table);
}

/** What it was made of, and what that took. */
function cost(run) {
  const { votes, seconds, peak_megabytes: memory } = run.report ?? {};
  const parts = [
    votes && `${votes} vote${votes === 1 ? "" : "s"}`,
    seconds && (seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`),
    memory && `${Math.round(memory)} MB of memory`,
  ].filter(Boolean);
  return parts.length ? el("p.cost", {}, parts.join(" · ")) : null;
}

/** Two recordings of one beginning; which is whose is told to whoever asks. */
function samples(run) {
  if (!run.samples.length) return null;
  const complaint = el("p.complaint", { role: "alert" });
  const player = ({ name, url }) => {
    const sound = { title: `sample ${name.toUpperCase()}`, length: 0, primer: 0, audio: url };
    const { element } = new Player(sound, null, () => { complaint.textContent = "This sample cannot be played any more."; });
    return el("div.sample", {}, el("span.letter", { "aria-hidden": "true" }, name.toUpperCase()), element);
  };
  const answer = run.samples.map(({ name, network }) => `${name.toUpperCase()} is by ${MADE_BY[network]}`).join(", ");
  return el("section.samples", {},
    el("h3", {}, "Which do you like better?"),
    el("p", {}, "One beginning, continued by the new network and by the present one."),
    ...run.samples.map(player), complaint,
    el("details", {}, el("summary", {}, "Which is which"), el("p", {}, `${answer}.`)));
}
