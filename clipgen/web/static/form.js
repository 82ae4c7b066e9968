// The form of the studio: from its fields to a job, and back from the settings of a picture.

import { Areas } from "./areas.js";
import { ask, flat, toast } from "./site.js";

// what a form never sends as a further setting: chosen by the server, of the picture itself, or drawn
const OWN = ["device", "dtype", "init_image", "save_every", "mask", "regions"];
// fields that are no settings of their own
const PARTS = ["prompt", "size", "avoid", "tool", "width"];

export class PaintForm {
  constructor(root) {
    this.root = root;
    this.usual = flat(JSON.parse(root.dataset.usual));
    this.extra = {}; // settings without a field of their own
    this.start = null;
    this.isSending = false;
    this.areas = new Areas(document.getElementById("areas"));
    root.size.addEventListener("input", () => this.areas.setSize(this.size()));
    const start = document.getElementById("start");
    start.querySelector("button").addEventListener("click", () => this.startFrom(null));
    root.addEventListener("input", () => this.read());
    root.addEventListener("keydown", (event) => {
      const typed = event.target === root.prompt && !event.shiftKey;
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey || typed) && !event.isComposing) {
        event.preventDefault();
        root.requestSubmit();
      }
    });
  }

  get fields() {
    return [...this.root.elements].filter((one) => one.name && !PARTS.includes(one.name));
  }

  size() {
    return this.root.size.value.split("x").map(Number);
  }

  /** The settings that differ from the usual ones; sends the mask. */
  async settings() {
    const found = { ...this.extra, size: this.size() }, mask = await this.areas.mask(), regions = this.areas.regions();
    for (const field of this.fields) {
      if (field.value === "") continue;
      const value = field.type === "number" ? Number(field.value) : field.value;
      if (value !== this.usual[field.name] || field.name in found) found[field.name] = value;
    }
    if (this.start) found.init_image = this.start;
    else delete found.init_weight;
    if (mask) found.mask = mask;
    else delete found.feather;
    if (regions.length) found.regions = regions;
    return found;
  }

  prompts() {
    const avoid = this.root.avoid.value.split(",").map((one) => one.trim()).filter(Boolean);
    const parts = avoid.map((one) => ` | ${one}:-0.3`).join("");
    return this.root.prompt.value.split("\n").map((one) => one.trim()).filter(Boolean).map((one) => one + parts);
  }

  /** Send the job; returns its entry in the queue, or null after an error, which is shown. */
  async send() {
    this.isSending = true;
    this.wrong(null);
    try {
      const json = { verb: "generate", inputs: { prompts: this.prompts() }, settings: await this.settings() };
      return await ask("/api/jobs", { method: "POST", json });
    } catch (error) {
      this.wrong(error);
      return null;
    } finally {
      this.isSending = false;
    }
  }

  wrong(error) {
    const line = document.getElementById("wrong");
    line.hidden = !error;
    line.textContent = error?.message ?? "";
    for (const field of this.root.elements) field.removeAttribute("aria-invalid");
    for (const name of error?.settings ?? []) {
      const field = this.root.elements[name];
      if (!field) continue;
      field.setAttribute("aria-invalid", "true");
      field.closest("details")?.setAttribute("open", "");
      field.focus();
    }
  }

  /** Start from a picture of the server by its name for jobs, or, with null, from none. */
  async startFrom(file) {
    this.start = file;
    const shown = document.getElementById("start");
    shown.hidden = !file;
    if (file) shown.querySelector("img").src = `/${file}`;
    else this.root.init_weight.value = "";
    try {
      await this.areas.setPicture(file, this.size());
    } catch {
      toast("The start picture cannot be loaded.");
      await this.startFrom(null);
    }
  }

  /** Take over the settings of a picture; returns whether there were any. */
  fill({ inputs, settings, verb, command, prompts }) {
    const lines = inputs?.prompts ?? prompts;
    if (!lines || (verb ?? command ?? "generate") === "sample") return false;
    const given = flat(settings);
    if (given.seed !== null && !Number.isSafeInteger(given.seed)) {
      toast("The seed of this picture is too large for a web page.");
      return false;
    }
    this.root.reset();
    this.root.prompt.value = lines.join("\n");
    this.setSize(given.size ?? this.usual.size);
    for (const field of this.fields) {
      if (field.name in given) field.value = given[field.name] ?? "";
    }
    const own = new Set([...OWN, "size", ...this.fields.map((one) => one.name)]);
    const differs = ([name, value]) => !own.has(name) && JSON.stringify(value) !== JSON.stringify(this.usual[name] ?? null);
    this.extra = Object.fromEntries(Object.entries(given).filter(differs));
    this.showExtra();
    this.startFrom(/^(uploads|pictures)\//.test(given.init_image ?? "") ? given.init_image : null)
      .then(() => this.areas.fill(given)).catch(() => toast("The mask of the picture cannot be loaded."));
    document.getElementById("more").open = true;
    this.read();
    this.root.prompt.focus();
    return true;
  }

  setSize([width, height]) {
    const value = `${width}x${height}`, { size } = this.root;
    if (![...size.options].some((one) => one.value === value)) size.add(new Option(`${width} × ${height}`, value));
    size.value = value;
  }

  /** Settings without a field, each with a button that takes it away. */
  showExtra() {
    const box = document.getElementById("extra");
    box.replaceChildren(...Object.entries(this.extra).map(([name, value]) => {
      const chip = document.createElement("span"), button = document.createElement("button");
      chip.className = "chip";
      chip.textContent = `${name} ${Array.isArray(value) ? value.join(", ") : value} `;
      button.type = "button";
      button.textContent = "✕";
      button.setAttribute("aria-label", `Remove ${name}`);
      button.addEventListener("click", () => { delete this.extra[name]; this.showExtra(); });
      chip.append(button);
      return chip;
    }));
    box.hidden = box.children.length === 0;
  }

  /** Show how the prompt is understood, a moment after the last key. */
  read() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(async () => {
      const line = this.prompts()[0] ?? "";
      if (line === this.shown) return;
      this.shown = line;
      try {
        const reading = await ask(`/api/reading?${new URLSearchParams({ prompt: line })}`);
        if (line === this.shown) this.showReading(reading);
      } catch {
        this.shown = null; // what is typed next is read again
      }
    }, 350);
  }

  showReading({ parts, notes, error }) {
    const box = document.getElementById("reading");
    if (error) return box.replaceChildren(error);
    const isPlain = parts.length <= 1 && parts.every((part) => part.weight === 1);
    const chips = isPlain ? [] : parts.map(partChip);
    const words = new Map(parts.flatMap((part) => part.unknown).map((one) => [one.word, one]));
    box.replaceChildren(...chips, ...[...words.values()].map(wordChip), ...notes.map((note) => chip("chip new", note)));
  }
}

function chip(className, ...inside) {
  const made = document.createElement("span");
  made.className = className;
  made.append(...inside);
  return made;
}

function strong(text) {
  return Object.assign(document.createElement("b"), { textContent: text });
}

function partChip({ text, weight, stop }) {
  const rest = stop === null ? "" : ` until ${stop}`;
  return chip("chip", `${text} `, strong(`${weight < 0 ? "avoided " : "× "}${Math.abs(weight)}${rest}`));
}

function wordChip({ word, drawn_as }) {
  return chip("chip new", `“${word}” `, drawn_as ? "is new and drawn as " : "is new and left out", ...(drawn_as ? [strong(drawn_as)] : []));
}
