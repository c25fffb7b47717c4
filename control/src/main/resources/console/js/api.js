// Calls of /api/v1. What goes wrong is a Problem, which says what the server said of it.

/** An answer other than 2xx, or none at all. */
export class Problem extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }

  /** Whether signing in may help. */
  get credential() {
    return this.status === 401;
  }
}

const KEY = "roadstead-second";
let second = sessionStorage.getItem(KEY) ?? "none";

/** Keeps what a change must bring beside the cookie, as long as this tab lives; null forgets it. */
export function secondValue(value) {
  second = value ?? "none";
  if (value === null) {
    sessionStorage.removeItem(KEY);
  } else {
    sessionStorage.setItem(KEY, value);
  }
}

export const get = (path, options) => call("GET", path, undefined, options);
export const put = (path, body) => call("PUT", path, body ?? {});
export const post = (path, body) => call("POST", path, body ?? {});
export const remove = (path) => call("DELETE", path);

/** One path segment. */
export const segment = encodeURIComponent;

const ours = () => ({ "X-Roadstead-Csrf": second });

async function call(method, path, body, { signal } = {}) {
  const answer = await reached(
    fetch(path, {
      method,
      signal,
      credentials: "same-origin",
      headers: { ...ours(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    }),
  );
  const text = await answer.text();
  if (!answer.ok) {
    throw problem(answer.status, text);
  }
  return text === "" ? null : JSON.parse(text);
}

/** Opens a text that goes on. Ends when the signal says so. */
export async function stream(path, signal) {
  const answer = await reached(fetch(path, { signal, credentials: "same-origin", headers: ours() }));
  if (!answer.ok) {
    throw problem(answer.status, await answer.text());
  }
  return answer.body;
}

/** Sends a file, and tells how far it has come as a share of 1. */
export function upload(method, path, file, { progress, signal }) {
  return new Promise((resolve, reject) => {
    // fetch cannot tell how much of a body has gone out.
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("X-Roadstead-Csrf", second);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => progress(event.total === 0 ? 1 : event.loaded / event.total);
    request.onload = () =>
      request.status >= 200 && request.status < 300
        ? resolve(JSON.parse(request.responseText))
        : reject(problem(request.status, request.responseText));
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException("the upload was cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

async function reached(answer) {
  try {
    return await answer;
  } catch (error) {
    throw error.name === "AbortError" ? error : unreachable();
  }
}

const unreachable = () =>
  new Problem(0, "unreachable", "The platform does not answer. Nothing is known of what it did; look again once it is back.");

/** What the server said, or as much as can be said without it. */
export function problem(status, text) {
  try {
    const said = JSON.parse(text);
    return new Problem(status, said.code ?? "", said.detail ?? said.title ?? "");
  } catch {
    return new Problem(status, "", `The platform answered ${status} without saying why.`);
  }
}
