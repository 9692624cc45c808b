/** The server's JSON API; its description is at /api/openapi.json. */

const ATTEMPTS = 4;

/** Why there is no answer, as a sentence for the person. */
export class ApiError extends Error {
  /**
   * @param {string} sentence
   * @param {number} status 0 where the server could not be reached
   * @param {string|null} retryAt when to try again, where that helps
   */
  constructor(sentence, status, retryAt = null) {
    super(sentence);
    this.status = status;
    this.retryAt = retryAt;
  }
}

/** A key that makes asking twice the same as asking once. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Read something. */
export function get(url) {
  return call("GET", url, {});
}

/**
 * Change something.
 * @param {string} method POST, PUT, PATCH or DELETE
 * @param {string} url
 * @param {Object|FormData} [body] FormData is sent as a form, everything else as JSON
 * @param {string} [key] see newKey; with it the call is repeated where the server cannot be reached for a moment
 */
export function send(method, url, body, key) {
  const headers = { "X-SchumaNN": "1" };
  if (key) headers["Idempotency-Key"] = key;
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  return call(method, url, { headers, body: isForm || body === undefined ? body : JSON.stringify(body) }, key ? ATTEMPTS : 1);
}

async function call(method, url, options, attempts = 1) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(url, { method, credentials: "same-origin", cache: "no-store", ...options });
      return await content(answer);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      if (attempt >= attempts) throw new ApiError("SchumaNN cannot be reached just now; is it running? Please try again in a moment.", 0);
      await new Promise((resolve) => { setTimeout(resolve, 700 * attempt); });
    }
  }
}

async function content(answer) {
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const body = isJson ? await answer.json() : null;
  if (answer.ok && body) return body;
  const sentence = body?.error ?? `The server gave an answer that this page does not understand (status ${answer.status}); reload the page and try again.`;
  throw new ApiError(sentence, answer.status, body?.retry_at ?? null);
}
