// The drawing game: choose a prompt, draw it, see the score while drawing, save it.

import { showBoard } from "./board.js";
import { ask, toast } from "./site.js";
import { by, keep, Looks, showScore, toolsOf } from "./tools.js";

const choice = by("choice"), name = by("name"), save = by("save").querySelector("button");
let prompts = [], daily = null;

const looks = new Looks(() => sheet.strokes.length ? ask("/api/game/look", { method: "POST", json: body() }) : null);
const sheet = toolsOf(() => {
  save.disabled = !sheet.strokes.length;
  by("saved").textContent = "";
  looks.ask();
});

function body() {
  return { prompt: Number(choice.value), strokes: sheet.strokes };
}

function choose(id) {
  const prompt = prompts.find((one) => one.id === id);
  if (!prompt) return;
  choice.value = String(id);
  by("what").textContent = prompt.text;
  sheet.changed();
  showBoard(id);
}

async function load(wanted) {
  const found = await ask("/api/game/prompts");
  [prompts, daily] = [found.prompts, found.daily];
  const levels = new Map();
  for (const prompt of prompts) {
    if (!levels.has(prompt.level)) levels.set(prompt.level, Object.assign(document.createElement("optgroup"), { label: prompt.level }));
    levels.get(prompt.level).append(new Option(prompt.text, prompt.id));
  }
  choice.replaceChildren(...levels.values());
  choose(wanted ?? daily);
}

choice.addEventListener("change", () => choose(Number(choice.value)));
by("daily").addEventListener("click", () => choose(daily));
by("random").addEventListener("click", () => choose(prompts[Math.floor(Math.random() * prompts.length)].id));
by("own").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const added = await ask("/api/game/prompts", { method: "POST", json: { text: by("own-text").value } });
    by("own-text").value = "";
    await load(added.id);
  } catch (error) {
    toast(error.message);
  }
});
by("save").addEventListener("submit", async (event) => {
  event.preventDefault();
  save.disabled = true;
  by("wrong").hidden = true;
  localStorage.setItem("clipgen-name", name.value);
  try {
    const saved = await ask("/api/game/drawings", { method: "POST", json: { ...body(), name: name.value } });
    showScore(saved);
    const place = saved.rank ? `, place ${saved.rank} of all time` : "";
    by("saved").textContent = saved.new ? `Saved: ${saved.score.toFixed(1)} points${place}.` : `This drawing is on the board already${place}.`;
    showBoard(Number(choice.value), saved.id);
  } catch (error) {
    by("wrong").textContent = error.message;
    by("wrong").hidden = false;
    save.disabled = false;
  }
});

by("open").addEventListener("submit", async (event) => {
  event.preventDefault();
  localStorage.setItem("clipgen-name", name.value);
  const what = by("level").value ? { level: by("level").value } : { prompt: Number(choice.value) };
  try {
    const round = await ask("/api/game/rounds", { method: "POST", json: { ...what, seconds: Number(by("seconds").value), name: name.value } });
    localStorage.setItem(`clipgen-round-${round.code}`, round.key);
    location.assign(`/game/rounds/${round.code}`);
  } catch (error) {
    toast(error.message);
  }
});
by("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(`/game/rounds/${encodeURIComponent(by("code").value.trim().toUpperCase())}`);
});
keep(sheet, "clipgen-sheet");
name.value = localStorage.getItem("clipgen-name") ?? "";
load().catch((error) => toast(error.message));
