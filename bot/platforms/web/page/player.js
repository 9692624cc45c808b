/** Plays one piece: button, position, loudness, and the piano roll that follows. */

import { changeIcon, el, icon, set } from "./dom.js";
import { clock, spoken } from "./format.js";
import { Roll } from "./roll.js";

const LOUDNESS = "schumann-loudness";
let playing = null;

/** Whether a piece is being played now. */
export function somethingPlays() {
  return playing !== null;
}

/** A player, made once for each piece that is shown. */
export class Player {
  /**
   * @param {{title: string, length: number, primer: number, audio: string}} piece a length of 0 where it is not known
   * @param {(() => Promise<import("./roll.js").RollData>)|null} loadRoll called when the player comes into sight; null for
   *   a player without a piano roll
   * @param {(sentence: string) => void} complain
   */
  constructor(piece, loadRoll, complain) {
    this.length = piece.length;
    this.primer = piece.primer;
    this.complain = complain;
    this.audio = el("audio", { preload: piece.length ? "none" : "metadata", src: piece.audio });
    this.canvas = loadRoll && el("canvas.roll", { role: "img", "aria-label": `Piano roll of ${piece.title}` });
    this.#makeControls(piece.title);
    this.element = el("div.player", {}, this.audio, this.canvas, this.controls);
    this.#listen();
    this.#showTime();
    if (loadRoll) this.#loadWhenSeen(loadRoll, piece.length);
  }

  /** Begin to play; a browser that wants a click first is left in peace. */
  async play() {
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name === "NotAllowedError" || error.name === "AbortError") return;
      this.complain("This piece cannot be played just now. The downloads below may still work.");
    }
  }

  /** Stop here; the next press goes on from here. */
  pause() {
    this.audio.pause();
  }

  toggle() {
    if (this.audio.paused) this.play();
    else this.pause();
  }

  #makeControls(title) {
    this.symbol = icon("play");
    this.button = el("button.play", { type: "button", "aria-label": `Play ${title}` }, this.symbol);
    this.title = title;
    this.position = el("input.position", {
      type: "range", min: 0, max: this.length.toFixed(2), step: 0.01, value: 0, "aria-label": "Position in the piece",
    });
    this.time = el("span.time", { "aria-hidden": "true" });
    this.muteSymbol = icon("sound");
    this.mute = el("button.quiet", { type: "button", "aria-label": "Mute", "aria-pressed": "false" }, this.muteSymbol);
    this.loudness = el("input.loudness", { type: "range", min: 0, max: 1, step: 0.05, "aria-label": "Volume" });
    this.controls = el("div.controls", {}, this.button, this.position, this.time, this.mute, this.loudness);
    this.audio.volume = remembered();
    this.loudness.value = this.audio.volume;
  }

  #listen() {
    this.button.addEventListener("click", () => this.toggle());
    this.canvas?.addEventListener("pointerdown", (event) => this.#seekOnRoll(event));
    this.position.addEventListener("input", () => this.#seek(Number(this.position.value)));
    this.position.addEventListener("keydown", (event) => this.#keyOnPosition(event));
    this.mute.addEventListener("click", () => { this.audio.muted = !this.audio.muted; });
    this.loudness.addEventListener("input", () => {
      this.audio.volume = Number(this.loudness.value);
      this.audio.muted = false;
      remember(this.audio.volume);
    });
    const events = { play: "Began", pause: "Stopped", ended: "Ended", timeupdate: "Time", durationchange: "Length", volumechange: "Volume", seeked: "Time" };
    for (const [event, name] of Object.entries(events)) {
      this.audio.addEventListener(event, () => this[`on${name}`]());
    }
  }

  onBegan() {
    if (playing && playing !== this) playing.pause();
    playing = this;
    changeIcon(this.symbol, "pause");
    set(this.button, "aria-label", `Pause ${this.title}`);
    if (navigator.mediaSession) navigator.mediaSession.metadata = new MediaMetadata({ title: this.title, artist: "SchumaNN" });
    const follow = () => {
      if (playing !== this) return;
      this.#showTime();
      requestAnimationFrame(follow);
    };
    requestAnimationFrame(follow);
  }

  onStopped() {
    if (playing === this) playing = null;
    changeIcon(this.symbol, "play");
    set(this.button, "aria-label", `Play ${this.title}`);
    this.#showTime();
  }

  onEnded() {
    this.audio.currentTime = 0;
    this.onStopped();
  }

  onTime() {
    this.#showTime();
  }

  onLength() {
    if (!Number.isFinite(this.audio.duration)) return;
    this.length = this.audio.duration;
    this.position.max = this.length.toFixed(2);
    this.#showTime();
  }

  onVolume() {
    const silent = this.audio.muted || this.audio.volume === 0;
    changeIcon(this.muteSymbol, silent ? "silent" : "sound");
    set(this.mute, "aria-pressed", String(this.audio.muted));
    this.loudness.value = this.audio.volume;
  }

  /** A browser that has not loaded the recording yet cannot seek: it does so as soon as it can. */
  #seek(time) {
    const target = Math.min(Math.max(time, 0), this.length);
    if (this.audio.readyState >= HTMLMediaElement.HAVE_METADATA) {
      this.audio.currentTime = target;
    } else {
      this.audio.addEventListener("loadedmetadata", () => { this.audio.currentTime = target; }, { once: true });
      this.audio.preload = "auto";
      this.audio.load();
    }
    this.#showTime(target);
  }

  #seekOnRoll(event) {
    if (!this.roll || event.button !== 0) return;
    event.preventDefault();
    this.position.focus({ preventScroll: true });
    this.#seek(this.roll.timeAt(event.clientX));
  }

  #keyOnPosition(event) {
    const now = this.audio.currentTime;
    const moves = { ArrowLeft: now - 2, ArrowRight: now + 2, PageDown: now - 10, PageUp: now + 10, Home: 0, End: this.length };
    if (event.key === " ") this.toggle();
    else if (event.key in moves) this.#seek(moves[event.key]);
    else return;
    event.preventDefault();
  }

  #showTime(time = this.audio.currentTime) {
    this.position.value = time;
    set(this.position, "aria-valuetext", `${spoken(time)} of ${spoken(this.length)}`);
    const length = this.length || 1;
    this.position.style.setProperty("--share", `${(time / length) * 100}%`);
    this.position.style.setProperty("--primer-share", `${Math.min(this.primer / length, 1) * 100}%`);
    this.time.textContent = `${clock(time)} / ${clock(this.length)}`;
    this.roll?.show(time);
  }

  #loadWhenSeen(loadRoll, length) {
    const observer = new IntersectionObserver(async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      try {
        this.roll = new Roll(this.canvas, await loadRoll(), length);
      } catch (error) {
        this.canvas.hidden = true;
        this.complain(`The piano roll cannot be shown. ${error.message}`);
      }
    }, { rootMargin: "400px" });
    observer.observe(this.canvas);
  }
}

/** Storage may be forbidden in a browser; then nothing is remembered. */
function remembered() {
  try {
    const value = Number(localStorage.getItem(LOUDNESS) ?? 0.9);
    return value >= 0 && value <= 1 ? value : 0.9;
  } catch {
    return 0.9;
  }
}

function remember(value) {
  try {
    localStorage.setItem(LOUDNESS, String(value));
  } catch {
    // It plays as loud as it should; only the next visit does not know.
  }
}
