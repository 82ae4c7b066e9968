// The studio: the form makes a job, the queue shows what happens to it.

import { pictureCard } from "./cards.js";
import { onDrop } from "./drop.js";
import { JobCard } from "./jobs.js";
import { PaintForm } from "./form.js";
import { ask, isTyping, toast } from "./site.js";
import { follow } from "./stream.js";

const jobs = document.getElementById("jobs"), queue = document.getElementById("queue");
const pictures = document.getElementById("pictures"), empty = document.getElementById("empty");
const RECENT = 15 * 60; // seconds for which a failed job is shown after a reload
const PAINTING = ["generate", "edit", "sample"]; // the answers of other verbs are on their pages
const cards = new Map();

function showQueue() {
  queue.hidden = jobs.children.length === 0;
}

function add(entry) {
  if (cards.has(entry.id) || !PAINTING.includes(entry.job.verb)) return;
  const card = new JobCard(entry, addPicture);
  cards.set(entry.id, card);
  jobs.prepend(card.root);
  showQueue();
}

function addPicture(picture) {
  empty.hidden = true;
  const there = pictures.querySelector(`[data-id="${picture.id}"]`);
  if (!there) pictures.prepend(pictureCard(picture));
}

function heard(kind, data) {
  if (kind === "queued" && data.entry) add(data.entry);
  cards.get(data.job)?.hear(kind, data);
}

async function load() {
  const [found, page] = await Promise.all([ask("/api/jobs?limit=50"), ask("/api/pictures?limit=24")]);
  const now = Date.now() / 1000;
  const shown = found.jobs.filter((entry) => !entry.finished || (entry.error && now - entry.finished < RECENT));
  for (const entry of shown.reverse()) add(entry);
  pictures.append(...page.pictures.map(pictureCard));
  empty.hidden = page.pictures.length > 0;
  follow(found.after, heard);
}

const form = new PaintForm(document.getElementById("paint"));
form.root.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (form.isSending) return;
  const entry = await form.send();
  if (entry) add(entry);
});

document.addEventListener("job-hidden", showQueue);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !isTyping(event)) {
    event.preventDefault();
    form.root.prompt.focus();
  }
});

/** A picture that was dropped or chosen: settings of clipgen come back, any other picture is where the next starts. */
async function take(file) {
  try {
    const sent = await ask("/api/uploads", { method: "POST", body: file });
    const start = { text: "Use it as start", run: () => form.startFrom(sent.file) };
    if (sent.metadata?.settings && form.fill(sent.metadata)) toast("The settings of the picture are in the form.", start);
    else form.startFrom(sent.file);
  } catch (error) {
    toast(error.message);
  }
}

onDrop(document.getElementById("drop-here"), take);
document.getElementById("f-file").addEventListener("change", (event) => {
  if (event.target.files[0]) take(event.target.files[0]);
  event.target.value = "";
});

/** What another page asked for in the address: a start picture, or the settings of a picture. */
async function arrive() {
  const asked = new URLSearchParams(location.search);
  history.replaceState(null, "", location.pathname);
  if (asked.get("start")) form.startFrom(asked.get("start"));
  if (asked.get("settings")) form.fill((await ask(`/api/pictures/${asked.get("settings")}`)).metadata);
}

load().then(arrive).catch((error) => toast(error.message));
