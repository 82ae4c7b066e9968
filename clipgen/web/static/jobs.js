// Cards of jobs: progress, previews, score curve, results.

import { ask, copy, flat, toast } from "./site.js";

const NAMES = { queued: "waiting", started: "starting", stopping: "stopping", done: "done", failed: "failed", cancelled: "stopped" };
const SVG = "http://www.w3.org/2000/svg";

/** One card; `pictured(picture)` is called for each result. */
export class JobCard {
  constructor(entry, pictured) {
    this.id = entry.id;
    this.pictured = pictured;
    this.scores = [];
    this.ended = false;
    this.root = copy("job-card");
    const { root } = this;
    root.querySelector("h3").textContent = entry.job.inputs.prompts?.join(" · ") || entry.job.verb;
    root.querySelector(".stop").addEventListener("click", () => this.stop());
    this.slots = this.makeSlots(entry.job);
    this.results = 0;
    this.say(NAMES[entry.state] ?? entry.state);
    if (entry.error) this.fail(entry.error);
  }

  makeSlots(job) {
    const settings = flat(job.settings.picture ?? job.settings), [width, height] = settings.render_size ?? settings.size ?? [1, 1];
    const count = this.pictureCount(job, settings);
    const box = this.root.querySelector(".slots");
    return Array.from({ length: count }, () => {
      const slot = document.createElement("a");
      slot.className = "slot";
      const room = document.createElementNS(SVG, "svg"); // takes the room of the picture before it is there
      room.setAttribute("viewBox", `0 0 ${width} ${height}`);
      room.setAttribute("width", width);
      room.setAttribute("aria-hidden", "true");
      slot.append(room);
      box.append(slot);
      return slot;
    });
  }

  pictureCount(job, settings) {
    const isPainted = job.verb === "generate" || job.verb === "edit";
    return isPainted ? (settings.count ?? 1) * job.inputs.prompts.length : 0;
  }

  say(text) { this.root.querySelector(".state").textContent = text; }

  fail(text) {
    this.root.classList.add("failed");
    this.end("failed");
    this.note(text);
  }

  note(text) {
    const line = Object.assign(document.createElement("li"), { textContent: text });
    this.root.querySelector(".notes").append(line);
  }

  end(state) {
    this.ended = true;
    this.say(NAMES[state]);
    this.root.classList.add(state);
    const button = this.root.querySelector(".stop");
    button.textContent = "Hide";
    button.disabled = false;
  }

  async stop() {
    if (this.ended) return this.hide();
    this.root.querySelector(".stop").disabled = true;
    try {
      await ask(`/api/jobs/${this.id}/cancel`, { method: "POST" });
    } catch (error) {
      this.root.querySelector(".stop").disabled = false;
      toast(error.message);
    }
  }

  hide() {
    this.root.remove();
    document.dispatchEvent(new CustomEvent("job-hidden"));
  }

  hear(kind, data) {
    if (kind === "phase") this.say(data.text);
    else if (kind === "note") this.note(data.text);
    else if (kind === "step") this.step(data);
    else if (kind === "picture") this.picture(data.picture);
    else if (kind === "rating") this.rate(data);
    else if (kind === "failed") this.fail(data.error);
    else if (kind === "done" || kind === "cancelled") this.end(kind);
    else if (kind === "queued" && data.again) this.restart();
    else this.say(NAMES[kind] ?? kind);
  }

  restart() {
    this.say("waiting; the server was stopped");
    this.root.querySelector("progress").value = 0;
  }

  step({ done, total, score, left, preview }) {
    const bar = this.root.querySelector("progress");
    bar.max = total;
    bar.value = done;
    this.say(`${done} of ${total} · ${time(left)} left`);
    this.scores[done] = score.reduce((sum, one) => sum + one, 0) / score.length;
    this.drawCurve(total, score);
    if (preview) this.preview(done);
  }

  drawCurve(total, score) {
    const known = Object.entries(this.scores);
    const values = known.map(([, value]) => value), low = Math.min(...values), span = Math.max(...values) - low || 1;
    const points = known.map(([step, value]) => `${((step / total) * 100).toFixed(2)},${(26 - ((value - low) / span) * 24).toFixed(2)}`);
    this.root.querySelector("polyline").setAttribute("points", points.join(" "));
    const shown = score.map((one) => one.toFixed(3)).join("  ");
    this.root.querySelector(".curve").setAttribute("aria-label", `Score ${shown}`);
    this.root.querySelector(".figures").textContent = `score ${shown}`;
  }

  /** Show the newest preview; while one is loaded, only the last of those that come is remembered. */
  preview(step) {
    this.wanted = step;
    if (this.loading) return;
    this.loading = true;
    this.wanted = null;
    Promise.all(this.slots.map((slot, index) => this.load(slot, index, step))).finally(() => {
      this.loading = false;
      if (this.wanted && !this.ended) this.preview(this.wanted);
    });
  }

  async load(slot, index, step) {
    if (slot.href) return; // its result is there
    const image = new Image();
    image.alt = `Preview after ${step} steps`;
    image.dataset.step = step;
    image.src = `/api/jobs/${this.id}/previews/${index}?step=${step}`;
    try {
      await image.decode();
    } catch {
      return; // the job has ended since
    }
    if (!slot.href) this.put(slot, image);
  }

  put(slot, image) {
    slot.querySelector("img")?.remove();
    slot.append(image);
  }

  picture(picture) {
    const slot = this.slots[this.results++];
    this.pictured(picture);
    if (!slot) return;
    slot.href = picture.page;
    slot.dataset.picture = picture.id;
    slot.setAttribute("aria-label", picture.prompt || "Picture");
    const image = new Image();
    image.alt = picture.prompt;
    image.src = picture.url;
    image.decode().catch(() => {}).finally(() => this.put(slot, image));
  }

  rate({ picture, fit, z }) {
    const slot = this.slots.find((one) => one.dataset.picture === picture);
    if (!slot) return;
    const figures = this.root.querySelector(".figures");
    figures.textContent += z === null ? "" : ` · fit ${fit}`;
  }
}

/** The card of a film: one preview, and the film when it is done; `edit()` is called to change its storyboard. */
export class FilmCard extends JobCard {
  constructor(entry, edit) {
    super(entry, () => {});
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Edit" });
    button.addEventListener("click", edit);
    this.root.querySelector(".below").append(button);
    this.root.querySelector("h3").textContent = entry.job.inputs.timeline.scene.map((scene) => scene.prompt).join(" · ");
    if (entry.film) this.end("done");
    else if (entry.finished) this.end(entry.state);
  }

  pictureCount() { return 1; }

  end(state) {
    super.end(state);
    if (state !== "done") return;
    const film = document.createElement("video");
    Object.assign(film, { src: `/films/${this.id}.mp4`, controls: true, loop: true, muted: true, preload: "metadata" });
    film.setAttribute("aria-label", "The film");
    this.root.querySelector(".slots").replaceChildren(film);
    const link = Object.assign(document.createElement("a"), { className: "button", href: film.src, download: "film.mp4", textContent: "Download" });
    this.root.querySelector(".below").append(link);
  }
}

/** Seconds for people. */
export function time(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
