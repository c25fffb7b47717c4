// Lines of a log as they come. The number of lines in the document is bounded, and so is what waits
// while the reader has it paused; of both the oldest go first.

import { stream } from "../api.js";
import { awake, whileAwake } from "../presence.js";
import { changed } from "../world.js";

const MOST_WAITING = 2000;
const LONGEST = 4000;
const PAUSE_MILLIS = 2000;
const NEAR_END = 24;
const COLOURS = 4;
// Colours meant for a terminal.
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

export class LogView {
  static MOST = 2000;

  held = false;
  reading = false;
  lines = 0;

  #element;
  #path;
  #whose;
  #ending = new AbortController();
  #queue = [];
  #drawn = 0;
  #colours = new Map();

  constructor(element, path, service) {
    this.#element = element;
    this.#path = path;
    // The platform puts the instance's id before a line where there are several.
    this.#whose = new RegExp(`^(${service.replace(/[^a-z0-9]/g, "\\$&")}-[^\\s|]{1,255}) \\| `);
  }

  /** Lines that have come while it was paused. */
  get waiting() {
    return this.#queue.length;
  }

  async start() {
    let again = false;
    while (!this.#ending.signal.aborted) {
      await awake();
      const reading = new AbortController();
      const unwatched = whileAwake(() => reading.abort());
      try {
        const body = await stream(this.#path, AbortSignal.any([this.#ending.signal, reading.signal]));
        if (again) {
          this.#note("Connected again. The last lines are repeated.");
        }
        this.reading = true;
        changed();
        await this.#read(body);
        again = true;
      } catch (problem) {
        if (this.#ending.signal.aborted) {
          return;
        }
        if (problem.status === 404) {
          this.#note(problem.message);
          return;
        }
        again = this.lines > 0;
      } finally {
        unwatched();
        this.reading = false;
        changed();
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLIS));
    }
  }

  close() {
    this.#ending.abort();
    cancelAnimationFrame(this.#drawn);
  }

  /** Keeps new lines back, or lets them come again. */
  hold(held) {
    this.held = held;
    if (!held) {
      this.#soon();
    }
    changed();
  }

  clear() {
    this.#element.replaceChildren();
    this.#queue = [];
    this.lines = 0;
    changed();
  }

  async #read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      if (rest.length > LONGEST * 4) {
        rest = rest.slice(0, LONGEST * 4);
      }
      this.#queue.push(...lines);
      if (this.#queue.length > MOST_WAITING) {
        this.#queue.splice(0, this.#queue.length - MOST_WAITING);
      }
      this.#soon();
    }
  }

  #soon() {
    if (this.held) {
      changed();
    } else if (this.#drawn === 0) {
      this.#drawn = requestAnimationFrame(() => {
        this.#drawn = 0;
        this.#draw();
      });
    }
  }

  #draw() {
    const element = this.#element;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    const fresh = document.createDocumentFragment();
    for (const line of this.#queue.splice(0)) {
      fresh.append(this.#line(line));
      this.lines++;
    }
    element.append(fresh);
    while (element.childElementCount > LogView.MOST) {
      element.firstElementChild.remove();
      this.lines--;
    }
    if (atEnd) {
      element.scrollTop = element.scrollHeight;
    }
    changed();
  }

  #line(text) {
    const line = document.createElement("p");
    const found = this.#whose.exec(text);
    const words = document.createElement("span");
    if (found) {
      const whose = document.createElement("b");
      whose.textContent = found[1];
      whose.className = `whose-${this.#colour(found[1])}`;
      line.append(whose);
    } else {
      line.className = "alone";
    }
    const said = (found ? text.slice(found[0].length) : text).replace(ESCAPES, "");
    words.textContent = said.length > LONGEST ? said.slice(0, LONGEST) + " …" : said;
    line.append(words);
    return line;
  }

  #colour(instance) {
    if (!this.#colours.has(instance)) {
      this.#colours.set(instance, this.#colours.size % COLOURS);
    }
    return this.#colours.get(instance);
  }

  #note(text) {
    const note = document.createElement("p");
    note.className = "note";
    note.textContent = text;
    this.#element.append(note);
  }
}
