// The drawing game: choose a prompt, draw it, see the score while drawing, save it.

import { showBoard } from "./board.js";
import { Sheet } from "./sheet.js";
import { ask, toast } from "./site.js";

const PAUSE = 700; // least milliseconds between two scores
const by = (id) => document.getElementById(id);
const choice = by("choice"), name = by("name"), save = by("save").querySelector("button");
let prompts = [], daily = null, asked = 0, timer = 0, busy = false, stale = false;

const sheet = new Sheet(by("sheet"), () => {
  by("undo").disabled = by("clear").disabled = !sheet.strokes.length;
  by("redo").disabled = !sheet.undone.length;
  save.disabled = !sheet.strokes.length;
  by("saved").textContent = "";
  stale = true;
  if (!busy && !timer) timer = setTimeout(look, Math.max(0, asked + PAUSE - Date.now()));
});

function body() {
  return { prompt: Number(choice.value), strokes: sheet.strokes };
}

async function look() {
  timer = 0;
  if (!sheet.strokes.length) return showScore(null);
  [busy, stale, asked] = [true, false, Date.now()];
  try {
    showScore(await ask("/api/game/look", { method: "POST", json: body() }));
  } catch (error) {
    by("guesses").textContent = error.message;
  }
  busy = false;
  if (stale && !timer) timer = setTimeout(look, Math.max(0, asked + PAUSE - Date.now()));
}

function showScore(judged) {
  by("score").textContent = judged ? judged.score.toFixed(1) : "–";
  by("meter").value = judged?.score ?? 0;
  if (!judged) by("guesses").textContent = "Draw, and CLIP says what it sees.";
  else if (judged.writing > 0.5) by("guesses").textContent = "That looks like writing. Draw it instead.";
  else by("guesses").textContent = judged.guesses.length ? `Looks like: ${judged.guesses.join(", ")}` : "Nothing to see yet.";
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

function pressed(buttons, use) {
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      use(button);
    });
  }
}
pressed([...document.querySelectorAll(".ink")], (button) => { sheet.pen.colour = button.dataset.colour; });
pressed([...document.querySelectorAll(".nib")], (button) => { sheet.pen.width = Number(button.dataset.width); });
by("fill").addEventListener("click", () => {
  sheet.pen.fill = !sheet.pen.fill;
  by("fill").setAttribute("aria-pressed", String(sheet.pen.fill));
});
for (const act of ["undo", "redo", "clear"]) by(act).addEventListener("click", () => sheet[act]());
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  if (event.shiftKey) sheet.redo();
  else sheet.undo();
});
name.value = localStorage.getItem("clipgen-name") ?? "";
load().catch((error) => toast(error.message));
