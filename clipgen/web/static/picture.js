// One picture: made again, varied, edited; favourite, delete and restore; keys.

import { ask, isTyping, toast } from "./site.js";

const root = document.querySelector(".picture"), { id, newer, older } = root.dataset;

async function tried(work) {
  try {
    await work();
  } catch (error) {
    toast(error.message);
  }
}

async function send(job) {
  await ask("/api/jobs", { method: "POST", json: job });
  location.href = "/";
}

/** The job of the picture; one that was a part of several prompts or seeds is made alone. */
async function jobOf(seed) {
  const { metadata } = await ask(`/api/pictures/${id}`);
  if (!Number.isSafeInteger(metadata.seed)) throw new Error("The seed of this picture is too large for a web page.");
  const { format, version, verb, inputs, settings } = structuredClone(metadata);
  if (seed !== undefined) settings.canvas.seed = seed;
  return { format, version, verb, inputs, settings };
}

document.getElementById("again").addEventListener("click", () => tried(async () => send(await jobOf())));
document.getElementById("vary").addEventListener("click", () =>
  tried(async () => send(await jobOf(Math.floor(Math.random() * 2 ** 31)))));
document.getElementById("edit").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = event.target.words.value.trim(), file = `pictures/${id}.png`;
  if (words) tried(() => send({ verb: "edit", inputs: { prompts: [words], pictures: [file] }, settings: {} }));
});

const star = document.getElementById("favourite");
star.addEventListener("click", () => tried(async () => {
  const json = { favourite: star.getAttribute("aria-pressed") !== "true" };
  const { favourite } = await ask(`/api/pictures/${id}`, { method: "PATCH", json });
  star.setAttribute("aria-pressed", String(favourite));
}));

const undo = () => tried(async () => {
  await ask(`/api/pictures/${id}`, { method: "PATCH", json: { deleted: false } });
  location.reload();
});
document.getElementById("restore")?.addEventListener("click", undo);
const bin = document.getElementById("delete");
bin?.addEventListener("click", () => tried(async () => {
  await ask(`/api/pictures/${id}`, { method: "DELETE" });
  bin.disabled = true;
  toast("Deleted. It is kept for 30 days.", { text: "Undo", run: undo });
}));

document.addEventListener("keydown", (event) => {
  if (isTyping(event)) return;
  if (event.key === "ArrowLeft" && newer) location.href = `/picture/${newer}`;
  else if (event.key === "ArrowRight" && older) location.href = `/picture/${older}`;
  else if (event.key === "f") star.click();
  else if (event.key === "Delete") bin?.click();
  else if (event.key === "Escape") location.href = "/gallery";
});
