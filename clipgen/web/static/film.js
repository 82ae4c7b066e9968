// The page of films: a storyboard, kept in this browser, its plan, and the films that were made.

import { FilmCard, time } from "./jobs.js";
import { Scenes } from "./scenes.js";
import { ask, counted, flat, toast } from "./site.js";
import { follow } from "./stream.js";

const form = document.getElementById("film"), jobs = document.getElementById("jobs"), plan = document.getElementById("plan");
const wrong = document.getElementById("wrong"), KEPT = "clipgen-film";
const OF_FILM = ["transition", "zoom", "fps", "keyframes"], OF_PICTURE = ["generator", "quality", "seed"];
const cards = new Map();

function changed() {
  const rows = scenes.tables(), known = rows.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  const open = rows.filter((one) => one.seconds === undefined).length;
  document.getElementById("length").textContent =
    `${counted(rows.length, "scene")}, ${known} s` + (open ? `; ${open} as long as their words take to read` : "");
  plan.hidden = true; // it was of another film
  localStorage.setItem(KEPT, JSON.stringify(job()));
}

function job() {
  const value = (name) => (form[name].type === "number" ? Number(form[name].value) : form[name].value);
  const film = { ...Object.fromEntries(OF_FILM.map((name) => [name, value(name)])), loop: form.loop.checked };
  if (form.style.value.trim()) film.style = form.style.value.trim();
  const picture = Object.fromEntries(OF_PICTURE.map((name) => [name, value(name)]));
  picture.size = form.size.value.split("x").map(Number);
  return { verb: "animate", inputs: { timeline: { scene: scenes.tables() } }, settings: { film, picture } };
}

/** The job that is sent: without the rows that are empty. */
function request() {
  const asked = job();
  asked.inputs.timeline.scene = asked.inputs.timeline.scene.filter((one) => one.prompt);
  return asked;
}

function setSize([width, height]) {
  const value = `${width}x${height}`;
  if (![...form.size.options].some((one) => one.value === value)) form.size.add(new Option(`${width} × ${height}`, value));
  form.size.value = value;
}

/** Show the storyboard of a job. */
function fill({ inputs, settings }) {
  const picture = flat(settings.picture ?? {}), film = settings.film ?? {};
  for (const [names, values] of [[OF_FILM, film], [OF_PICTURE, picture]]) {
    for (const name of names) if (values[name] !== undefined && values[name] !== null) form[name].value = values[name];
  }
  form.style.value = film.style ?? "";
  form.loop.checked = film.loop ?? false;
  if (picture.size) setSize(picture.size);
  scenes.replace(inputs.timeline.scene);
}

async function tried(work) {
  wrong.hidden = true;
  try {
    await work();
  } catch (error) {
    wrong.textContent = error.message;
    wrong.hidden = false;
  }
}

function showPlan({ scenes: found, seconds, frames, steps, seconds_a_step: each }) {
  plan.querySelector("tbody").replaceChildren(...found.map((scene) => {
    const row = document.createElement("tr"), state = scene.painted ? "painted" : "to paint";
    for (const value of [`${scene.start} s`, scene.seconds, scene.transition ?? "–", scene.steps, state, scene.prompt]) {
      row.insertCell().textContent = value;
    }
    return row;
  }));
  const takes = each === null ? "how long that takes is known after the first film with these settings" : `about ${time(each * steps)}`;
  document.getElementById("summary").textContent = `${counted(found.length, "scene")}, ${seconds} s, ${counted(frames, "frame")}; ` +
    (steps ? `${counted(steps, "step")} to paint, ${takes}` : "everything is painted");
  plan.hidden = false;
}

function show(entry) {
  if (entry.job.verb !== "animate" || cards.has(entry.id)) return;
  const card = new FilmCard(entry, () => { fill(entry.job); form.querySelector("input").focus(); scrollTo(0, 0); });
  cards.set(entry.id, card);
  jobs.prepend(card.root);
}

const scenes = new Scenes(document.getElementById("scenes"), changed);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  tried(async () => show(await ask("/api/jobs", { method: "POST", json: request() })));
});
document.getElementById("plan-button").addEventListener("click", (event) => tried(async () => {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    showPlan(await ask("/api/films/outline", { method: "POST", json: request() }));
  } finally {
    button.disabled = false;
  }
}));
form.addEventListener("input", changed);
document.getElementById("add").addEventListener("click", () => { scenes.add().querySelector("input").focus(); changed(); });

/** A picture to animate from, by the address of the page: the first scene begins with it. */
function arrive() {
  const asked = new URLSearchParams(location.search), start = asked.get("start");
  history.replaceState(null, "", location.pathname);
  if (!/^(pictures|uploads)\/[0-9a-f]+\.png$/.test(start ?? "")) return;
  const size = (asked.get("size") ?? "").split("x").map(Number), seed = Number(asked.get("seed"));
  if (Number.isSafeInteger(seed)) form.seed.value = seed;
  if (size.length === 2 && size.every((side) => side > 0)) setSize(size);
  scenes.replace([{ prompt: asked.get("prompt") ?? "", init_image: start }, {}]);
  form.querySelectorAll("[data-part=prompt]")[1].focus();
}

form.seed.value = Math.floor(Math.random() * 2 ** 31);
const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
if (kept) fill(kept);
else scenes.replace([{}, {}]);
arrive();
ask("/api/jobs?limit=100&verb=animate").then((found) => {
  for (const entry of found.jobs.reverse()) show(entry);
  follow(found.after, (kind, data) => {
    if (kind === "queued" && data.entry) show(data.entry);
    cards.get(data.job)?.hear(kind, data);
  });
}).catch((error) => toast(error.message));
