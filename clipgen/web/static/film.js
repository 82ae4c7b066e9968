// A storyboard: scenes as rows, kept in this browser until they are rendered.

import { FilmCard } from "./jobs.js";
import { ask, copy, toast } from "./site.js";
import { follow } from "./stream.js";

const form = document.getElementById("film"), scenes = document.getElementById("scenes"), jobs = document.getElementById("jobs");
const cards = new Map(), KEPT = "clipgen-storyboard";
let dragged = null;

function addScene(prompt = "", seconds = "") {
  const row = copy("scene-row");
  row.querySelector("[name=prompt]").value = prompt;
  row.querySelector("[name=seconds]").value = seconds;
  row.querySelector(".up").addEventListener("click", () => move(row, row.previousElementSibling));
  row.querySelector(".down").addEventListener("click", () => row.nextElementSibling && move(row.nextElementSibling, row));
  row.querySelector(".remove").addEventListener("click", () => { row.remove(); changed(); });
  row.addEventListener("dragstart", () => { dragged = row; });
  row.addEventListener("dragover", (event) => { if (dragged) event.preventDefault(); });
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    const isLower = event.clientY > row.getBoundingClientRect().top + row.offsetHeight / 2;
    if (dragged && dragged !== row) move(dragged, isLower ? row.nextElementSibling : row);
    dragged = null;
  });
  scenes.append(row);
  return row;
}

function move(row, before) {
  if (before === row) return;
  scenes.insertBefore(row, before);
  changed();
}

function board() {
  return [...scenes.children].map((row) => ({
    prompt: row.querySelector("[name=prompt]").value.trim(),
    seconds: Number(row.querySelector("[name=seconds]").value) || null,
  }));
}

function changed() {
  const rows = board(), known = rows.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  const open = rows.filter((one) => one.seconds === null).length;
  document.getElementById("length").textContent =
    `${rows.length} scenes, ${known} s` + (open ? `; ${open} as long as their words take to read` : "");
  localStorage.setItem(KEPT, JSON.stringify(rows));
}

function job() {
  const scene = board().filter((one) => one.prompt).map(({ prompt, seconds }) => (seconds ? { prompt, seconds } : { prompt }));
  const film = { transition: form.transition.value, zoom: Number(form.zoom.value), fps: Number(form.fps.value), loop: form.loop.checked };
  if (form.style.value.trim()) film.style = form.style.value.trim();
  const picture = { size: form.size.value.split("x").map(Number) };
  return { verb: "animate", inputs: { timeline: { scene } }, settings: { film, picture } };
}

function show(entry) {
  if (entry.job.verb !== "animate" || cards.has(entry.id)) return;
  const card = new FilmCard(entry);
  cards.set(entry.id, card);
  jobs.prepend(card.root);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wrong = document.getElementById("wrong");
  wrong.hidden = true;
  try {
    show(await ask("/api/jobs", { method: "POST", json: job() }));
  } catch (error) {
    wrong.textContent = error.message;
    wrong.hidden = false;
  }
});
form.addEventListener("input", changed);
document.getElementById("add").addEventListener("click", () => { addScene().querySelector("input").focus(); changed(); });

const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
for (const { prompt, seconds } of kept.length ? kept : [{ prompt: "" }, { prompt: "" }]) addScene(prompt, seconds ?? "");
changed();
ask("/api/jobs?limit=100").then((found) => {
  for (const entry of found.jobs.reverse()) show(entry);
  follow(found.after, (kind, data) => {
    if (kind === "queued" && data.entry) show(data.entry);
    cards.get(data.job)?.hear(kind, data);
  });
}).catch((error) => toast(error.message));
