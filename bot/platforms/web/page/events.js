/** What the server tells by itself: how far requests and retraining are, and how they ended. */

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;
const KINDS = ["progress", "done", "failed", "cancelled"];

/**
 * @typedef {Object} Listener
 * @property {(kind: string, ticket: Object) => void} ticket one of KINDS, and the request as it stands
 * @property {(run: Object) => void} run retraining, as it stands; told only to those who keep the network
 * @property {(hello: {started_at: string, open: number[]}) => void} hello the stream has begun, perhaps not for the first time
 * @property {(state: "on"|"off"|"elsewhere") => void} connection
 */

/** Listen until the page is closed, through restarts of the server. */
export class Events {
  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    this.pause = FIRST_PAUSE;
    this.#connect();
    window.addEventListener("online", () => this.#connectNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#connectNow();
    });
    // A page that goes to the browser's cache of pages must not hold a connection; one that comes back needs a new one.
    window.addEventListener("pagehide", () => this.source?.close());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) this.#connect();
    });
  }

  #connect() {
    clearTimeout(this.timer);
    this.timer = null;
    this.source?.close();
    const source = new EventSource("/api/events");
    this.source = source;
    source.addEventListener("hello", (event) => {
      this.pause = FIRST_PAUSE;
      this.listener.connection("on");
      this.listener.hello(JSON.parse(event.data));
    });
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => this.listener.ticket(kind, JSON.parse(event.data)));
    }
    source.addEventListener("retraining", (event) => this.listener.run(JSON.parse(event.data)));
    source.addEventListener("replaced", () => {
      source.close();
      this.listener.connection("elsewhere");
    });
    source.addEventListener("error", () => {
      source.close();
      this.#connectLater();
    });
  }

  /** The browser would try again too, but not after every kind of error, and not more and more slowly. */
  #connectLater() {
    this.listener.connection("off");
    this.timer = setTimeout(() => this.#connect(), this.pause);
    this.pause = Math.min(this.pause * 1.6, LONGEST_PAUSE);
  }

  /** Try at once instead of later, where trying is due. */
  #connectNow() {
    if (this.timer) this.#connect();
  }
}
