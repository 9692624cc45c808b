/** What was asked, as the line that asks for it. */

/** What a piece can be asked beside length and tempo; null follows the seed. */
const CONTROLS = ["key", "mode", "density", "register", "dynamics", "creativity", "style"];
const ACTIONS = { again: "Again", variation: "Variation", longer: "Longer" };

/**
 * The line that a request or piece began with.
 * @param {{seed: Object, options: Object, action: string, parent_id: number|null}} asked
 * @returns {{text: string, file: string|null}}
 */
export function lineOf(asked) {
  if (asked.action in ACTIONS) return { text: `${ACTIONS[asked.action]}: piece ${asked.parent_id ?? asked.seed.text}`, file: null };
  const { options, seed } = asked;
  const words = [`length:${options.length_seconds}`];
  if (options.tempo !== null) words.push(`tempo:${options.tempo}`);
  if (options.temperature !== 1) words.push(`temperature:${options.temperature}`);
  for (const name of CONTROLS) if (options[name] !== null) words.push(`${name}:${quoted(String(options[name]))}`);
  if (options.engine !== "notes") words.push(`engine:${options.engine}`);
  if (seed.kind === "upload") return { text: words.join(" "), file: seed.text };
  return { text: ["/compose", `seed:${quoted(seed.text)}`, ...words].join(" "), file: null };
}

/** The line that composes from an opener. */
export function lineForOpener(slug) {
  return `/compose seed:${quoted(slug)} length:30`;
}

/**
 * The options that a line gives beside a file; what they mean is the server's affair. What is no option is handed on as
 * the seed, so that the server can say that a seed and a file are too much.
 * @returns {Array<[string, string]>} names and values
 */
export function optionsOf(line) {
  const found = [];
  const rest = line.trim().replace(/^\/?compose\b/iu, "").replace(
    /([\p{L}_]+(?:[ -][\p{L}_]+)?)\s*[:=：]\s*("[^"]*"|[^\s"]+)/gu,
    (_, name, value) => {
      found.push([name.toLowerCase().replace(/[ -]/gu, "_"), value.replace(/^"|"$/gu, "")]);
      return "";
    },
  ).trim();
  return rest ? [...found, ["seed", rest]] : found;
}

function quoted(text) {
  return /\s/u.test(text) ? `"${text.replace(/"/gu, "")}"` : text;
}
