// The owner's page: doubtful, reported and hidden drawings; the token comes in the address behind "#", or is typed.

import { copy } from "./site.js";
import { drawAll } from "./strokes.js";

const form = document.getElementById("enter"), wrong = document.getElementById("wrong"), next = document.getElementById("next");
const KEY = "clipgen-owner";
let page = 0;

if (location.hash.length > 1) {
  sessionStorage.setItem(KEY, decodeURIComponent(location.hash.slice(1)));
  history.replaceState(null, "", location.pathname);
}

async function owner(path, options = {}) {
  const headers = { "X-Owner-Token": sessionStorage.getItem(KEY) ?? "", "Content-Type": "application/json" };
  const answer = await fetch(`/api/game/owner${path}`, { ...options, headers });
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error), { status: answer.status });
  return found;
}

async function show() {
  try {
    const found = await owner(`?page=${page}`);
    form.hidden = wrong.hidden = true;
    document.getElementById("doubtful").replaceChildren(...found.drawings.map(entry));
    document.getElementById("empty").hidden = found.drawings.length > 0;
    next.hidden = found.drawings.length < found.page_size;
  } catch (error) {
    const isFirst = error.status === 403 && !sessionStorage.getItem(KEY);
    form.hidden = error.status !== 403;
    wrong.textContent = error.message;
    wrong.hidden = isFirst;
  }
}

function entry(drawing) {
  const item = copy("entry"), why = [drawing.veiled ? "veiled" : "", drawing.reason, drawing.reports ? `reported ${drawing.reports} ×` : "", drawing.hidden ? "hidden" : ""];
  item.classList.add("veiled");
  item.querySelector(".caption").textContent = `${drawing.prompt}, by ${drawing.name}: ${why.filter(Boolean).join(", ")}`;
  item.querySelector(".shot").addEventListener("click", async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 512, height: 512 });
    const { strokes } = await owner(`/${drawing.id}`);
    drawAll(canvas, strokes);
    canvas.className = "drawn";
    item.querySelector(".shot").replaceChildren(canvas);
    item.classList.remove("veiled");
  });
  for (const [name, hidden] of [["hide", true], ["restore", false]]) {
    item.querySelector(`.${name}`).addEventListener("click", async () => {
      await owner(`/${drawing.id}`, { method: "PATCH", body: JSON.stringify({ hidden }) });
      show();
    });
  }
  return item;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, document.getElementById("token").value.trim());
  show();
});
next.addEventListener("click", () => { page++; show(); });
show();
