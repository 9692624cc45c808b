/** The piano roll: notes over time, the primer in one colour and the continuation in another, with a playhead. */

const PIXELS_PER_SECOND = 23;
const FEWEST_PITCHES = 30;
const KEYS_WIDTH = 26;
const TIMES_HEIGHT = 18;
const BLACK_KEYS = new Set([1, 3, 6, 8, 10]);
const COLOURS = ["paper", "white-lane", "black-lane", "octave", "primer-lane", "white-key", "black-key", "times",
  "playhead", "pedal", "primer-soft", "primer-loud", "continuation-soft", "continuation-loud",
  "primer-sounding", "continuation-sounding"];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @typedef {Object} RollData
 * @property {Array<[number, number, number, number]>} notes_seconds start, end, pitch, velocity
 * @property {Array<[number, number]>} pedals_seconds start, end
 * @property {number|null} primer_end_seconds
 */

/** Draws one piece on one canvas. */
export class Roll {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {RollData} data
   * @param {number} length of the piece in seconds
   */
  constructor(canvas, data, length) {
    this.canvas = canvas;
    this.notes = [...data.notes_seconds].sort((one, other) => one[0] - other[0]);
    this.pedals = data.pedals_seconds ?? [];
    this.primerEnd = data.primer_end_seconds ?? 0;
    this.length = Math.max(length, ...this.notes.map((note) => note[1]), 1);
    this.time = 0;
    this.#choosePitches();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(canvas);
    for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
      matchMedia(query).addEventListener("change", () => this.resize());
    }
  }

  /** Show the music at this time; a recording may die away a little after the last note. */
  show(time) {
    this.time = Math.min(time, this.length);
    this.draw();
  }

  /** The time under a point of the canvas. */
  timeAt(clientX) {
    const box = this.canvas.getBoundingClientRect();
    const share = (clientX - box.left - KEYS_WIDTH) / (box.width - KEYS_WIDTH);
    return Math.min(Math.max(this.#left() + share * this.span, 0), this.length);
  }

  /** Take on the size and the colours that the canvas has now. */
  resize() {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    if (!this.width || !this.height) return;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(this.canvas);
    this.colours = Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--roll-${name}`).trim()]));
    this.font = `11px ${style.fontFamily}`;
    const room = (this.width - KEYS_WIDTH) / PIXELS_PER_SECOND;
    this.span = this.length <= room * 1.3 ? this.length : room;
    this.draw();
  }

  /** Draw everything: a few hundred rectangles at most, since what is out of sight is left out. */
  draw() {
    if (!this.pen || !this.width) return;
    const left = this.#left();
    this.#drawLanes(left);
    this.#drawTimes(left);
    this.#drawPedals(left);
    const sounding = this.#drawNotes(left);
    this.#drawKeys(sounding);
    this.#drawPlayhead(left);
  }

  #choosePitches() {
    const pitches = this.notes.map((note) => note[2]);
    let low = Math.min(...pitches, 108) - 2;
    let high = Math.max(...pitches, 21) + 2;
    const missing = FEWEST_PITCHES - (high - low + 1);
    if (missing > 0) {
      low -= Math.ceil(missing / 2);
      high += Math.floor(missing / 2);
    }
    this.low = low;
    this.high = high;
  }

  /** The time at the left edge; with little motion wanted, it turns pages instead of gliding. */
  #left() {
    const last = this.length - this.span;
    if (last <= 0) return 0;
    if (calm.matches) return Math.min(Math.floor(this.time / this.span) * this.span, last);
    return Math.min(Math.max(this.time - this.span * 0.3, 0), last);
  }

  #x(time, left) {
    return KEYS_WIDTH + ((time - left) / this.span) * (this.width - KEYS_WIDTH);
  }

  get #laneHeight() {
    return (this.height - TIMES_HEIGHT) / (this.high - this.low + 1);
  }

  #y(pitch) {
    return (this.high - pitch) * this.#laneHeight;
  }

  #box(colour, x, y, width, height) {
    this.pen.fillStyle = colour;
    this.pen.fillRect(x, y, width, height);
  }

  #drawLanes(left) {
    const bottom = this.height - TIMES_HEIGHT;
    this.#box(this.colours.paper, 0, 0, this.width, this.height);
    this.#box(this.colours["white-lane"], KEYS_WIDTH, 0, this.width - KEYS_WIDTH, bottom);
    const primerEdge = Math.max(KEYS_WIDTH, this.#x(this.primerEnd, left));
    this.#box(this.colours["primer-lane"], KEYS_WIDTH, 0, primerEdge - KEYS_WIDTH, bottom);
    for (let pitch = this.low; pitch <= this.high; pitch += 1) {
      const y = this.#y(pitch);
      if (BLACK_KEYS.has(((pitch % 12) + 12) % 12)) {
        this.#box(this.colours["black-lane"], KEYS_WIDTH, y, this.width - KEYS_WIDTH, this.#laneHeight);
      }
      if (pitch % 12 === 0) this.#box(this.colours.octave, KEYS_WIDTH, y + this.#laneHeight - 0.5, this.width, 1);
    }
  }

  #drawTimes(left) {
    const step = [1, 2, 5, 10, 15, 30, 60, 120].find((size) => (this.width / this.span) * size >= 46) ?? 120;
    this.pen.font = this.font;
    this.pen.fillStyle = this.colours.times;
    this.pen.textBaseline = "middle";
    for (let time = Math.ceil(left / step) * step; time <= left + this.span; time += step) {
      const x = this.#x(time, left);
      this.pen.textAlign = x < KEYS_WIDTH + 10 ? "left" : "center";
      if (x > this.width - 16) continue;
      this.pen.fillText(`${Math.floor(time / 60)}:${String(time % 60).padStart(2, "0")}`, x, this.height - 7);
    }
  }

  #drawPedals(left) {
    for (const [start, end] of this.pedals) {
      if (end < left || start > left + this.span) continue;
      const x = Math.max(this.#x(start, left), KEYS_WIDTH);
      this.#box(this.colours.pedal, x, this.height - TIMES_HEIGHT, Math.max(this.#x(end, left) - x - 1, 1), 2.5);
    }
  }

  /** @returns {Map<number, string>} the pitches that sound now, each with its colour */
  #drawNotes(left) {
    const sounding = new Map();
    for (const [start, end, pitch, velocity] of this.notes) {
      if (start > left + this.span) break;
      if (end < left) continue;
      const part = start < this.primerEnd - 1e-3 ? "primer" : "continuation";
      const sounds = this.time > 0 && start <= this.time && this.time < end;
      const colour = sounds ? this.colours[`${part}-sounding`] : this.#shade(part, velocity);
      if (sounds) sounding.set(pitch, colour);
      this.#drawNote(this.#x(start, left), this.#x(end, left), pitch, colour, sounds);
    }
    return sounding;
  }

  /** What sounds is a little larger, and glows. */
  #drawNote(from, to, pitch, colour, sounds) {
    const x = Math.max(from, KEYS_WIDTH - 4);
    const width = Math.max(to - x - 0.8, 1.6);
    const height = Math.max(this.#laneHeight - 0.6, 2) + (sounds ? 1.6 : 0);
    this.pen.save();
    this.pen.fillStyle = colour;
    if (sounds) {
      this.pen.shadowColor = colour;
      this.pen.shadowBlur = 9;
    }
    this.pen.beginPath();
    this.pen.roundRect(x, this.#y(pitch) + (sounds ? -0.5 : 0.3), width, height, Math.min(height / 3, width / 3, 3));
    this.pen.fill();
    this.pen.restore();
  }

  /** The louder, the deeper: as in the picture of the piece. */
  #shade(part, velocity) {
    const share = Math.min(Math.max((velocity - 24) / 88, 0), 1);
    return blend(this.colours[`${part}-soft`], this.colours[`${part}-loud`], share);
  }

  #drawKeys(sounding) {
    const bottom = this.height - TIMES_HEIGHT;
    this.#box(this.colours["white-key"], 0, 0, KEYS_WIDTH - 1, bottom);
    for (let pitch = this.low; pitch <= this.high; pitch += 1) {
      const black = BLACK_KEYS.has(((pitch % 12) + 12) % 12);
      const width = (KEYS_WIDTH - 1) * (black ? 0.62 : 1);
      if (sounding.has(pitch)) this.#box(sounding.get(pitch), 0, this.#y(pitch), width, this.#laneHeight);
      else if (black) this.#box(this.colours["black-key"], 0, this.#y(pitch), width, this.#laneHeight);
      if (pitch % 12 === 0 || pitch % 12 === 5) {
        this.#box(this.colours.octave, 0, this.#y(pitch) + this.#laneHeight - 0.5, KEYS_WIDTH - 1, 1);
      }
    }
    this.#box(this.colours.octave, KEYS_WIDTH - 1, 0, 1, bottom);
  }

  #drawPlayhead(left) {
    if (this.time <= 0) return;
    this.#box(this.colours.playhead, this.#x(this.time, left) - 0.75, 0, 1.5, this.height - TIMES_HEIGHT);
  }
}

/** A colour between two that are written as #rrggbb. */
function blend(one, other, share) {
  const channel = (index) => {
    const [from, to] = [one, other].map((colour) => parseInt(colour.slice(index, index + 2), 16));
    return Math.round(from + (to - from) * share);
  };
  return `rgb(${channel(1)} ${channel(3)} ${channel(5)})`;
}
